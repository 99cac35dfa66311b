"""The part of JQL that a metrics tool needs, with Jira's own words for what is wrong.

Dates without a zone are read in the zone of the account that searches, to the
minute, as Jira does; a bare number is epoch milliseconds.
"""

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.simulator.model import DAY, HOUR, MINUTE, Issue

Predicate = Callable[[Issue], bool]
Values = tuple[str, ...]

MAX_ORDER_FIELDS = 7
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<operator>!=|!~|<=|>=|=|<|>|~)"""
    r"""|(?P<mark>[(),])"""
    r"""|(?P<word>[^\s"'()=!<>~,]+))"""
)
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_DATE_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_PERIOD = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)", re.IGNORECASE)
_PERIOD_MS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE}
_ALIASES = {
    "type": "issuetype",
    "issue": "key",
    "issuekey": "key",
    "id": "key",
    "updateddate": "updated",
    "createddate": "created",
    "resolved": "resolutiondate",
    "resolutiondate": "resolutiondate",
    "fixversion": "fixVersions",
    "affectedversion": "versions",
    "component": "components",
    "statuscategory": "statusCategory",
}
_DATES: dict[str, Callable[[Issue], int | None]] = {
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "resolutiondate": lambda issue: issue.resolved_at,
}
_NAMED: dict[str, Callable[[Issue], Values]] = {
    "project": lambda issue: (issue.project,),
    "issuetype": lambda issue: (issue.type.id,),
    "status": lambda issue: (issue.status.id,),
    "statusCategory": lambda issue: (issue.status.category.key,),
    "priority": lambda issue: (issue.priority.id,),
    "resolution": lambda issue: (issue.resolution.id,) if issue.resolution else (),
    "labels": lambda issue: issue.labels,
    "components": lambda issue: tuple(part.id for part in issue.components),
    "fixVersions": lambda issue: tuple(version.id for version in issue.fix_versions),
    "versions": lambda issue: tuple(version.id for version in issue.affected_versions),
    "parent": lambda issue: (str(issue.parent_id),) if issue.parent_id else (),
}
_SORTS: dict[str, Callable[[Issue], tuple[int, ...]]] = {
    "key": lambda issue: (*issue.project.encode(), 0, issue.number),
    "id": lambda issue: (issue.id,),
    "created": lambda issue: (issue.created,),
    "updated": lambda issue: (issue.updated,),
    "resolutiondate": lambda issue: (issue.resolved_at or 0,),
    "priority": lambda issue: (int(issue.priority.id),),
    "status": lambda issue: (int(issue.status.id),),
}


class JqlError(ValueError):
    """A query that Jira answers with 400; the message is what it says."""


@dataclass(frozen=True)
class Vocabulary:
    """What the names in a query may mean on this site for this account.

    ``names`` maps a field to (name, key or id, lower case) -> the value that
    issues carry. ``find_issue`` answers a key or id that the account may see.
    """

    zone: ZoneInfo
    now_ms: int
    names: Mapping[str, Mapping[str, Values]]
    find_issue: Callable[[str], Issue | None]


@dataclass(frozen=True)
class Query:
    """A parsed query; ``bounded`` is false where nothing restricts the search."""

    matches: Predicate
    order: tuple[tuple[str, bool], ...]
    bounded: bool
    moves_with_time: bool = False
    _sorts: tuple[tuple[Callable[[Issue], tuple[int, ...]], int], ...] = field(default=())

    def sort_key(self, issue: Issue) -> tuple[int, ...]:
        """Ascending in the order asked for; ids break ties."""
        key: list[int] = []
        for value, sign in self._sorts:
            key.extend(sign * part for part in value(issue))
        key.append(issue.id)
        return tuple(key)


class _Token(NamedTuple):
    kind: str
    text: str
    at: int

    @property
    def folded(self) -> str:
        return self.text.lower() if self.kind == "word" else ""


_END = _Token("end", "", -1)


def parse(text: str, vocabulary: Vocabulary) -> Query:
    """Read *text*.

    Raises:
        JqlError: with the sentence that Jira would answer.
    """
    return _Parser(text, vocabulary).query()


def _read_tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None or match.lastgroup is None:
            raise JqlError(
                "Error in the JQL Query: The quoted string "
                f"'{stripped[at:].strip()}' has not been completed. (line 1, character {at + 1})"
            )
        kind = match.lastgroup
        raw = match.group(kind)
        if kind == "string":
            raw = re.sub(r"\\(.)", r"\1", raw[1:-1])
        tokens.append(_Token(kind, raw, match.start(kind)))
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent: or, and, not, clause."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.tokens = _read_tokens(text)
        self.place = 0
        self.vocabulary = vocabulary
        self.moves_with_time = False

    def query(self) -> Query:
        bounded = self.tokens != [] and not self._at_order_by()
        matches = self._any_of() if bounded else _accept_everything
        order = self._order_by() if self._at_order_by() else (("created", True),)
        if self._peek() is not _END:
            raise self._explain_unexpected("Expecting either 'OR' or 'AND' but got")
        sorts = tuple((_SORTS[name], -1 if descending else 1) for name, descending in order)
        return Query(matches, order, bounded, self.moves_with_time, sorts)

    def _peek(self, ahead: int = 0) -> _Token:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else _END

    def _next(self) -> _Token:
        token = self._peek()
        self.place += 1
        return token

    def _accept(self, *texts: str) -> bool:
        token = self._peek()
        if token.folded in texts or (token.kind == "mark" and token.text in texts):
            self.place += 1
            return True
        return False

    def _explain_unexpected(self, wanted: str) -> JqlError:
        token = self._peek()
        if token is _END:
            return JqlError(f"Error in the JQL Query: {wanted} the end of the query.")
        return JqlError(
            f"Error in the JQL Query: {wanted} '{token.text}'. (line 1, character {token.at + 1})"
        )

    def _at_order_by(self) -> bool:
        return self._peek().folded == "order" and self._peek(1).folded == "by"

    def _any_of(self) -> Predicate:
        parts = [self._all_of()]
        while self._accept("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda issue: any(part(issue) for part in parts)

    def _all_of(self) -> Predicate:
        parts = [self._read_negation()]
        while self._accept("and"):
            parts.append(self._read_negation())
        return parts[0] if len(parts) == 1 else lambda issue: all(part(issue) for part in parts)

    def _read_negation(self) -> Predicate:
        if self._accept("not"):
            inner = self._read_negation()
            return lambda issue: not inner(issue)
        if self._accept("("):
            inner = self._any_of()
            if not self._accept(")"):
                raise self._explain_unexpected("Expecting ')' but got")
            return inner
        return self._read_clause()

    def _read_clause(self) -> Predicate:
        token = self._peek()
        if token.kind not in ("word", "string") or token.folded in ("and", "or", "order", "in", "is"):
            raise self._explain_unexpected("Expecting a field name but got")
        self.place += 1
        name = _read_field(token.text)
        sign, values = self._read_comparison(token.text)
        if sign in ("is", "is not"):
            return _test_emptiness(name, empty=sign == "is")
        if name in _DATES:
            return self._date_clause(name, token.text, sign, values)
        if name == "key":
            return self._key_clause(token.text, sign, values)
        return self._named_clause(name, token.text, sign, values)

    def _read_comparison(self, name: str) -> tuple[str, list[_Token]]:
        if self._accept("is"):
            sign = "is not" if self._accept("not") else "is"
            if not self._accept("empty", "null"):
                raise JqlError(f"The operator '{sign}' for the '{name}' field only supports EMPTY or NULL.")
            return sign, []
        if self._accept("in"):
            return "in", self._read_list()
        if self._peek().folded == "not" and self._peek(1).folded == "in":
            self.place += 2
            return "not in", self._read_list()
        token = self._peek()
        if token.kind != "operator":
            raise self._explain_unexpected(
                "Expecting operator but got"
                if token is _END
                else "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN',"
                " 'IS' and 'IS NOT'. Expecting operator but got"
            )
        self.place += 1
        if token.text in ("~", "!~"):
            raise JqlError(f"The operator '{token.text}' is not supported by the '{name}' field.")
        return token.text, [self._read_value()]

    def _read_list(self) -> list[_Token]:
        if not self._accept("("):
            raise self._explain_unexpected("Expecting '(' but got")
        values = [self._read_value()]
        while self._accept(","):
            values.append(self._read_value())
        if not self._accept(")"):
            raise self._explain_unexpected("Expecting ',' or ')' but got")
        return values

    def _read_value(self) -> _Token:
        if self._peek().kind not in ("word", "string"):
            raise self._explain_unexpected("Expecting either a value, list or function but got")
        token = self._next()
        if self._peek().text == "(" and self._peek().kind == "mark":
            raise JqlError(f"Unable to find JQL function '{token.text}()'.")
        return token

    def _date_clause(self, name: str, spelt: str, sign: str, values: list[_Token]) -> Predicate:
        if sign not in _COMPARE:
            raise JqlError(f"The operator '{sign}' is not supported by the '{spelt}' field.")
        value, compare, bound = _DATES[name], _COMPARE[sign], self._read_instant(spelt, values[0])

        def matches(issue: Issue) -> bool:
            at = value(issue)
            return at is not None and compare(at, bound)

        return matches

    def _read_instant(self, spelt: str, token: _Token) -> int:
        text = token.text.strip()
        if token.kind == "word" and re.fullmatch(r"-?\d+", text):
            return int(text)
        if period := _PERIOD.fullmatch(text):
            self.moves_with_time = True
            amount = sum(
                int(part[:-1]) * _PERIOD_MS[part[-1].lower()]
                for part in re.findall(r"\d+[wdhm]", period[2], re.IGNORECASE)
            )
            return self.vocabulary.now_ms + (-amount if period[1] == "-" else amount)
        for pattern in _DATE_FORMATS:
            try:
                local = dt.datetime.strptime(text, pattern).replace(tzinfo=self.vocabulary.zone)
            except ValueError:
                continue
            return int(local.timestamp()) * 1000
        raise JqlError(
            f"Date value '{text}' for field '{spelt}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )

    def _key_clause(self, spelt: str, sign: str, values: list[_Token]) -> Predicate:
        if sign in ("=", "in", "!=", "not in"):
            wanted = {self._find_issue(spelt, token).id for token in values}
            if sign in ("=", "in"):
                return lambda issue: issue.id in wanted
            return lambda issue: issue.id not in wanted
        text, compare = values[0].text, _COMPARE[sign]
        if text.isdigit():
            bound = int(text)  # a range by id may end where no issue is
            return lambda issue: compare(issue.id, bound)
        project, _, number = text.upper().rpartition("-")
        if not project or not number.isdigit():
            raise JqlError(f"The issue key '{text}' for field '{spelt}' is invalid.")
        bound = int(number)
        return lambda issue: issue.project == project and compare(issue.number, bound)

    def _find_issue(self, spelt: str, token: _Token) -> Issue:
        issue = self.vocabulary.find_issue(token.text)
        if issue is None:
            if token.text.isdigit():
                raise JqlError(f"A value with ID '{token.text}' does not exist for the field '{spelt}'.")
            raise JqlError(f"An issue with key '{token.text}' does not exist for field '{spelt}'.")
        return issue

    def _named_clause(self, name: str, spelt: str, sign: str, values: list[_Token]) -> Predicate:
        if sign not in ("=", "in", "!=", "not in"):
            raise JqlError(f"The operator '{sign}' is not supported by the '{spelt}' field.")
        wanted = {value for token in values for value in self._find_meaning(name, spelt, token)}
        carried = _NAMED[name]
        if sign in ("=", "in"):
            return lambda issue: not wanted.isdisjoint(carried(issue))

        def lacks(issue: Issue) -> bool:
            found = carried(issue)
            # Jira leaves issues without a value out of != and NOT IN.
            return bool(found) and wanted.isdisjoint(found)

        return lacks

    def _find_meaning(self, name: str, spelt: str, token: _Token) -> Values:
        if name == "labels":
            return (token.text,)
        if name == "parent":
            return (str(self._find_issue(spelt, token).id),)
        found = self.vocabulary.names[name].get(token.text.lower())
        if found is None:
            raise JqlError(f"The value '{token.text}' does not exist for the field '{spelt}'.")
        return found

    def _order_by(self) -> tuple[tuple[str, bool], ...]:
        self.place += 2
        order = [self._order_field()]
        while self._accept(","):
            order.append(self._order_field())
        if len(order) > MAX_ORDER_FIELDS:
            raise JqlError(f"The maximum number of ORDER BY fields is {MAX_ORDER_FIELDS}.")
        return tuple(order)

    def _order_field(self) -> tuple[str, bool]:
        token = self._next()
        if token.kind not in ("word", "string"):
            self.place -= 1
            raise self._explain_unexpected("Expecting a field name but got")
        name = "id" if token.folded == "id" else _read_field(token.text)
        if name not in _SORTS:
            raise JqlError(f"Not able to sort using field '{token.text}'.")
        descending = self._accept("desc")
        if not descending:
            self._accept("asc")
        return name, descending


def _read_field(spelt: str) -> str:
    folded = spelt.lower()
    name = _ALIASES.get(folded, folded)
    if name in _DATES or name in _NAMED or name == "key":
        return name
    raise JqlError(f"Field '{spelt}' does not exist or you do not have permission to view it.")


def _test_emptiness(name: str, *, empty: bool) -> Predicate:
    if name in _NAMED:
        carried = _NAMED[name]
        return lambda issue: bool(carried(issue)) is not empty
    if name in _DATES:
        value = _DATES[name]
        return lambda issue: (value(issue) is None) is empty
    return lambda _issue: not empty


def _accept_everything(_issue: Issue) -> bool:
    return True
