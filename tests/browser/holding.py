"""Answers that a test holds back, so that something else happens before they are read."""

from playwright.sync_api import Page

# What is released is read by the page in the same turn.
HOLDING = """(() => {
    const ask = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await ask(...asked);
        if (!window.holding || !String(asked[1]?.body).includes(window.holding)) return answer;
        const held = await answer.json();
        await new Promise((release) => (window.release = release));
        return Object.assign(answer, { json: async () => held });
    };
})()"""


def hold(page: Page, output: str, act: str) -> None:
    """Do something on a page and wait until the answer that it leads to is held.

    Args:
        page: begins with ``HOLDING``.
        output: how the first of what the answer changes is called.
        act: what is done, as a statement of the browser.
    """
    page.evaluate(f"""async () => {{
        window.holding = "..{output}";
        {act};
        while (!window.release) await new Promise((soon) => setTimeout(soon, 50));
    }}""")
