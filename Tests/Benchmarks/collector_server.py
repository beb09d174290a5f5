"""A collector as people write it: requests and redis, every two seconds, one record per path.

usage: collector_server.py API_URL REDIS_PORT
"""

import json
import sys
import time

import redis
import requests

url, store = sys.argv[1], redis.Redis(port=int(sys.argv[2]))
session = requests.Session()


def listed(name):
    items, page = [], 0
    while True:
        answer = session.get(f"{url}/v3/{name}/list", params={"itemsPerPage": 1000, "page": page}, timeout=5).json()
        items += answer["items"]
        page += 1
        if page >= answer["pageCount"]:
            return items


def cycle():
    paths = listed("paths")
    connections = {one["id"]: one for one in listed("srtconns")}
    records = []
    for path in paths:
        source = path.get("source") or {}
        record = {"name": path["name"], "sourceType": source.get("type", "unknown"), "tracks": path["tracks"],
                  "bytesReceived": path["bytesReceived"], "readers": len(path["readers"])}
        found = connections.get(source.get("id"))
        if found:
            record |= {"rtt": found["msRTT"], "recvRateMbps": found["mbpsReceiveRate"],
                       "linkCapacityMbps": found["mbpsLinkCapacity"]}
        records.append(record)
    store.set("mediamtx:streams:latest", json.dumps(records))


print("ready", flush=True)
due = time.monotonic()
while True:
    cycle()
    due += 2
    time.sleep(max(0, due - time.monotonic()))
