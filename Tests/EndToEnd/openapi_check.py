"""What must hold of an OpenAPI document."""

METHODS = {"get", "put", "post", "delete", "patch"}


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS, method
            yield method, path, operation


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def check_document(document):
    assert document["openapi"].startswith("3.1.")
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)), "an operation id twice"
    for reference in references(document):
        value = document
        for step in reference.removeprefix("#/").split("/"):
            value = value[step]
    for method, path, operation in operations(document):
        in_path = {word.split("}")[0] for word in path.split("{")[1:]}
        said = {item["name"] for item in operation["parameters"] if item["in"] == "path"}
        assert in_path == said, path
        assert operation["summary"] and operation["responses"], path
        assert ("requestBody" in operation) <= (method in {"put", "post", "patch"}), path
