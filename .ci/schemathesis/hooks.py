"""Adapts the document to what Schemathesis can generate."""

import schemathesis

# `cursor` is valid only with the query that returned it. `fields` returns a subset of the members, so that the response
# lacks required ones. `radius_km` requires `near`. `wait` delays the response. The end-to-end tests check all of them.
LEFT_OUT = {"cursor", "fields", "radius_km", "wait"}

# Sort orders that require `near` and `q`.
BASED = {"distance", "relevance"}

# Longest page without `fields`.
MAX_PAGE = 100


def adapt(parameter):
    """Limits a parameter to values that are possible: pages without `fields`, keys that exist, and edges in their
    order."""
    if parameter["name"] == "limit" and "`fields`" in parameter.get("description", ""):
        parameter["schema"]["maximum"] = MAX_PAGE
    elif parameter["name"] == "bbox" or (
        parameter["in"] == "query" and "slug or id of" in parameter.get("description", "").lower()
    ):
        schema = parameter["schema"]
        values = parameter["example"] if isinstance(parameter["example"], list) else [parameter["example"]]
        (schema["items"] if schema["type"] == "array" else schema)["enum"] = values
    elif parameter["name"] in ("If-Match", "If-None-Match"):
        # An entity tag is valid for one entry. Also, Schemathesis takes 0 for a value of the pattern.
        parameter["schema"] = {"type": "string", "enum": ["*"]}


def without_bases(name, schema):
    """Leaves out the sort orders that require another parameter."""
    if name.endswith("Sort"):
        schema["enum"] = [value for value in schema["enum"] if value.lstrip("-") not in BASED]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for name, schema in raw_schema["components"]["schemas"].items():
        without_bases(name, schema)
    shared = raw_schema["components"]["parameters"]
    for parameter in shared.values():
        adapt(parameter)
    for path in raw_schema["paths"].values():
        for operation in path.values():
            taken = []
            for parameter in operation.get("parameters", []):
                resolved = shared[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
                if "$ref" not in parameter:
                    adapt(parameter)
                if resolved["name"] not in LEFT_OUT:
                    taken.append(parameter)
            operation["parameters"] = taken
