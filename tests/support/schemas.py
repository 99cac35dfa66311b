"""Values held against a JSON schema: the words of it that our own documents use, and no others."""

from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KNOWN = {"type", "enum", "required", "properties", "additionalProperties", "items", "anyOf", "oneOf"}
_KNOWN |= {"$ref", "minimum", "description"}


def faults(schema: dict[str, Any], value: Any, whole: dict[str, Any], place: str = "$") -> list[str]:
    """Return where a value is not as a schema says; ``whole`` has what the schema refers to."""
    assert set(schema) <= _KNOWN, f"{place}: the check does not know {set(schema) - _KNOWN}"
    if "$ref" in schema:
        found: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return faults(found, value, whole, place)
    return [*_own_faults(schema, value, whole, place), *_inner_faults(schema, value, whole, place)]


def _own_faults(schema: dict[str, Any], value: Any, whole: dict[str, Any], place: str) -> list[str]:
    found = []
    names = schema.get("type", list(_TYPES))
    if not any(_is(value, name) for name in ([names] if isinstance(names, str) else names)):
        found.append(f"{place} is {value!r}, not {names}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place} is {value!r}, none of {schema['enum']}")
    if "minimum" in schema and _is(value, "number") and value < schema["minimum"]:
        found.append(f"{place} is {value!r}, below {schema['minimum']}")
    for name in ("anyOf", "oneOf"):
        fits = [choice for choice in schema.get(name, ()) if not faults(choice, value, whole, place)]
        if name in schema and not (len(fits) == 1 or (fits and name == "anyOf")):
            found.append(f"{place} fits {len(fits)} of {name}")
    return found


def _inner_faults(schema: dict[str, Any], value: Any, whole: dict[str, Any], place: str) -> list[str]:
    found = []
    if isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            found += faults(schema["items"], each, whole, f"{place}[{index}]")
    if isinstance(value, dict):
        found += [f"{place} lacks {name}" for name in schema.get("required", ()) if name not in value]
        named, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        for name, each in value.items():
            inner = named.get(name, others)
            if inner is False:
                found.append(f"{place} has {name}")
            else:
                found += faults(inner, each, whole, f"{place}.{name}")
    return found


def _is(value: Any, name: str) -> bool:
    number = name in ("integer", "number")
    return isinstance(value, _TYPES[name]) and not (number and isinstance(value, bool))
