public import RouterCore

/// What a sink does when a state is no longer true, because its source has stopped.
public enum WhenWithdrawn: String, OptionValue, CaseIterable { case keep, delete }
