"""How past forecasts fared: horizon by horizon, and one by one with the items that came."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from data.forecast.answer import Forecast, has_record, track_of
from data.forecast.past import PastForecast, past_forecasts
from data.forecast.record import HORIZONS, Track
from ui.components.aria import action, aria, data
from ui.components.export import export_link
from ui.format import counted

LEVEL = 85


def word_record(track: Track, *, short: bool = False) -> str:
    """Return how often the forecasts of a track held, in a sentence or in a few words."""
    if not has_record(track):
        return "No track record yet." if short else "There is no track record yet: too few past weeks."
    kept = round((track.held or 0.0) * len(track) / 100)
    ahead = counted(track.horizon, "week")
    if short:
        return f"held {kept} of {len(track)} times, {ahead} ahead"
    return f"This team's {track.level} % forecasts {ahead} ahead held {kept} of {len(track)} times."


def draw_record(forecast: Forecast, horizon: int | None) -> list[Component]:
    """Return the record at 85 %: how often each horizon held, and the forecasts of one of them.

    Args:
        forecast: with its record.
        horizon: weeks, of which the forecasts are shown one by one; None: those that the answer is held
            against.
    """
    tracks = [forecast.record[LEVEL, weeks] for weeks in HORIZONS]
    if not any(has_record(track) for track in tracks):
        return [
            html.P("Fewer than 20 past forecasts can be checked: no track record yet.", className="quiet")
        ]
    known = [track for track in tracks if len(track)]
    usual = track_of(forecast, LEVEL).horizon
    wanted = usual if horizon is None else horizon
    chosen = next((track for track in known if track.horizon == wanted), known[0])
    lines = [html.Li(_draw_track(track, track is chosen)) for track in known]
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.P("What was promised at 85 % from each past week on, and how often it came:"),
                        html.Ul(lines, className="record"),
                        html.P(
                            "The lighter mark is what the plain recipe without a correction would have held. "
                            "An honest 85 % ends at the line.",
                            className="quiet",
                        ),
                    ]
                ),
                html.Div(_draw_past(past_forecasts(forecast.history, chosen))),
            ],
            className="beside",
        )
    ]


def _draw_track(track: Track, chosen: bool) -> list[Component]:
    held, nominal = track.held or 0.0, track.held_nominal or 0.0
    bar = html.Span(
        [
            html.Span(className="held", style={"width": f"{held:.1f}%"}),
            html.Span(className="nominal", style={"left": f"{nominal:.1f}%"}),
        ],
        className="bar",
    )
    kept, ahead = round(held * len(track) / 100), counted(track.horizon, "week")
    return [
        html.Button(
            f"{ahead} ahead",
            type="button",
            className="more ahead",
            **aria(label=f"{ahead} ahead: show each forecast", pressed=str(chosen).lower()),
            **action("record"),
            **data(weeks=str(track.horizon)),
        ),
        bar,
        html.Span(f"{kept} of {len(track)}", className="days"),
    ]


def _draw_past(past: Sequence[PastForecast]) -> list[Component]:
    """Return forecasts one by one: as a strip to look at, and as a table with the way to the items."""
    weeks = counted(past[0].horizon, "week")
    top = max(max(one.came, one.promised) for one in past) or 1
    kept = sum(one.held for one in past)
    return [
        html.P(
            [
                html.Strong(f"Forecasts {weeks} ahead, one by one"),
                f": {kept} of {len(past)} held. Bars are the items that came, lines what was promised; "
                "a hollow bar fell short.",
            ]
        ),
        # To look at and to point at: the table below says the same to those who hear it or use the keyboard.
        html.Div([_draw_column(one, top) for one in past], className="strip", **aria(hidden="true")),
        html.Div(
            [html.Span(past[0].begins.isoformat()), html.Span(past[-1].begins.isoformat())],
            className="ends quiet",
        ),
        html.Details([html.Summary("As a table, each with its items"), _draw_table(past)], className="past"),
        export_link("All past forecasts as CSV", "/export/forecasts.csv"),
    ]


def _address_of(one: PastForecast) -> str:
    # The page goes to these weeks, so that the rows in the drawer are those that came.
    return f"/?from={one.begins}&to={one.ends}&panel=flow_velocity"


def _draw_column(one: PastForecast, top: int) -> Component:
    state = "kept" if one.held else "short"
    return html.A(
        [
            html.Span(className=f"came {state}", style={"height": f"{one.came * 100 / top:.1f}%"}),
            html.Span(className="line", style={"bottom": f"{one.promised * 100 / top:.1f}%"}),
        ],
        href=_address_of(one),
        tabIndex="-1",
        title=f"{one.begins} to {one.ends}: {one.promised} promised, {one.came} came",
    )


def _draw_table(past: Sequence[PastForecast]) -> Component:
    heads = ("weeks", "promised", "uncorrected", "came", "held")
    rows = [
        html.Tr(
            [
                html.Th(f"{one.begins} to {one.ends}", scope="row"),
                html.Td(str(one.promised)),
                html.Td(str(one.nominal)),
                html.Td(html.A(_word_came(one), href=_address_of(one))),
                html.Td("yes" if one.held else "no"),
            ]
        )
        for one in reversed(past)
    ]
    return html.Div(
        html.Table(
            [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
            className="twin",
        ),
        className="table-box",
        tabIndex="0",
        role="region",
        **aria(label=f"Every forecast {counted(past[0].horizon, 'week')} ahead"),
    )


def _word_came(one: PastForecast) -> str:
    bulk = f", and {one.left_out} moved in bulk" if one.left_out else ""
    return f"{counted(one.came, 'item')}{bulk}"
