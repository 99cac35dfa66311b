# ruff: noqa: E501 - tables of samples are read across
"""Made-up tokens in the shapes of many makers, put together at run time so that the tree holds none.

Every prefix is written in two pieces, and what follows comes from the seeded
generator of the corpus. ``ON_THE_LIST`` are the makers that were named as
leaking once; ``FURTHER`` were added to see what else there is.
"""

import base64
import random
import string
from collections.abc import Callable

ALNUM = string.ascii_letters + string.digits
URL_SAFE = ALNUM + "_-"
HEX = "0123456789abcdef"
CAPITALS = string.ascii_uppercase + string.digits
SMALL = string.ascii_lowercase + string.digits
_DICE = random.Random(20261128)


def drawn(alphabet: str, length: int) -> str:
    """Return a random text that begins and ends with a letter or digit and holds one of each kind."""
    letters = [_DICE.choice(alphabet) for _ in range(length)]
    for place in (0, -1):
        letters[place] = _DICE.choice([c for c in alphabet if c.isalnum()])
    for place, kind in enumerate((string.digits, string.ascii_uppercase, string.ascii_lowercase)):
        choice = [c for c in kind if c in alphabet]
        if choice and length > 6:
            letters[place + 2] = _DICE.choice(choice)
    return "".join(letters)


def alnum(length: int) -> str:
    return drawn(ALNUM, length)


def url_safe(length: int) -> str:
    return drawn(URL_SAFE, length)


def hexes(length: int) -> str:
    return drawn(HEX, length)


def capitals(length: int) -> str:
    return drawn(CAPITALS, length)


def small(length: int) -> str:
    return drawn(SMALL, length)


def digits(length: int) -> str:
    return str(_DICE.randrange(1, 9)) + drawn(string.digits, length - 1)


def uuid() -> str:
    return "-".join(hexes(length) for length in (8, 4, 4, 4, 12))


def json_part(length: int) -> str:
    return base64.b64encode(('{"a":"' + alnum(length) + '"}').encode()).decode().rstrip("=")


ON_THE_LIST: dict[str, Callable[[], str]] = {
    "npm": lambda: "np" + "m_" + alnum(36),
    "pypi": lambda: "py" + "pi-" + "AgEIcHlwaS5vcmc" + url_safe(80),
    "stripe_live": lambda: "sk" + "_live_" + alnum(24),
    "stripe_test": lambda: "sk" + "_test_" + alnum(24),
    "stripe_restricted": lambda: "rk" + "_live_" + alnum(24),
    "stripe_hook": lambda: "wh" + "sec_" + alnum(32),
    "openai_project": lambda: "sk" + "-proj-" + url_safe(48),
    "openai": lambda: "sk" + "-" + alnum(48),
    "anthropic": lambda: "sk" + "-ant-" + "api03-" + url_safe(93),
    "sendgrid": lambda: "SG" + "." + url_safe(22) + "." + url_safe(43),
    "gitlab_workspace": lambda: "gl" + "wt-" + url_safe(20),
    "google_client": lambda: "GOC" + "SPX-" + url_safe(28),
    "google_access": lambda: "ya" + "29." + url_safe(100),
    "google_refresh": lambda: "1/" + "/0" + url_safe(40),
    "azure_client": lambda: alnum(3) + "8" + "Q~" + url_safe(34),
    "databricks": lambda: "da" + "pi" + hexes(32),
    "hugging_face": lambda: "h" + "f_" + alnum(34),
    "vault_service": lambda: "hv" + "s." + url_safe(24),
    "vault_batch": lambda: "hv" + "b." + url_safe(120),
    "terraform": lambda: alnum(14) + ".atlas" + "v1." + url_safe(67),
    "sentry": lambda: "sn" + "trys_" + json_part(40) + "_" + alnum(43),
    "digitalocean": lambda: "do" + "p_v1_" + hexes(64),
    "mailgun": lambda: "ke" + "y-" + hexes(32),
    "twilio": lambda: "S" + "K" + hexes(32),
    "shopify": lambda: "sh" + "pat_" + hexes(32),
    "new_relic": lambda: "NR" + "AK-" + capitals(27),
    "grafana": lambda: "gl" + "sa_" + alnum(32) + "_" + hexes(8),
    "linear": lambda: "li" + "n_api_" + alnum(40),
    "notion_old": lambda: "sec" + "ret_" + alnum(43),
    "notion": lambda: "nt" + "n_" + alnum(46),
    "figma": lambda: "fi" + "gd_" + url_safe(40),
    "postman": lambda: "PM" + "AK-" + hexes(24) + "-" + hexes(34),
    "sonar_project": lambda: "sq" + "p_" + hexes(40),
    "sonar_user": lambda: "sq" + "u_" + hexes(40),
    "docker": lambda: "dc" + "kr_pat_" + url_safe(27),
    "groq": lambda: "gs" + "k_" + alnum(52),
    "age": lambda: "AGE-" + "SECRET-" + "KEY-1" + capitals(58),
}

FURTHER: dict[str, Callable[[], str]] = {
    "trello": lambda: "AT" + "TA" + alnum(72),
    "discord_bot": lambda: "M" + alnum(23) + "." + alnum(6) + "." + url_safe(27),
    "telegram": lambda: digits(10) + ":" + "AA" + url_safe(33),
    "firebase": lambda: "AA" + "AA" + alnum(7) + ":APA" + "91b" + url_safe(134),
    "slack_session": lambda: "xo" + "xc-" + digits(12) + "-" + hexes(40),
    "alibaba": lambda: "LT" + "AI" + alnum(20),
    "tencent": lambda: "AK" + "ID" + alnum(32),
    "yandex": lambda: "AQ" + "VN" + url_safe(35),
    "yandex_oauth": lambda: "y0" + "_" + url_safe(55),
    "bedrock": lambda: "AB" + "SK" + alnum(110),
    "bedrock_short": lambda: "bedrock" + "-api-key-" + alnum(60),
    "heroku": lambda: "HR" + "KU-AA" + url_safe(58),
    "fly": lambda: "fo" + "1_" + url_safe(43),
    "render": lambda: "rn" + "d_" + alnum(32),
    "netlify": lambda: "nf" + "p_" + alnum(36),
    "cloudflare_origin": lambda: "v1" + ".0-" + hexes(24) + "-" + hexes(146),
    "tailscale": lambda: "ts" + "key-auth-" + alnum(17) + "-" + alnum(32),
    "doppler": lambda: "dp" + ".pt." + alnum(43),
    "one_password": lambda: "op" + "s_" + json_part(120),
    "one_password_key": lambda: "-".join(("A" + "3", capitals(6), capitals(11), capitals(5), capitals(5), capitals(5))),
    "pulumi": lambda: "pu" + "l-" + hexes(40),
    "azure_devops": lambda: alnum(76) + "AZ" + "DO" + alnum(4),
    "rubygems": lambda: "ruby" + "gems_" + hexes(48),
    "crates": lambda: "ci" + "o" + alnum(32),
    "nuget": lambda: "oy" + "2" + small(43),
    "clojars": lambda: "CLO" + "JARS_" + hexes(60),
    "packagist": lambda: "pack" + "agist_ouk_" + hexes(68),
    "jfrog": lambda: "AK" + "Cp" + alnum(69),
    "jfrog_reference": lambda: "cmV" + "mdGtu" + alnum(56),
    "buildkite": lambda: "bk" + "ua_" + hexes(40),
    "circleci": lambda: "CC" + "IPAT_" + alnum(22) + "_" + hexes(40),
    "sourcegraph": lambda: "sg" + "p_" + hexes(40),
    "airtable": lambda: "pa" + "t" + alnum(14) + "." + hexes(64),
    "hubspot": lambda: "pa" + "t-na1-" + uuid(),
    "clickup": lambda: "pk" + "_" + digits(8) + "_" + capitals(32),
    "contentful": lambda: "CF" + "PAT-" + url_safe(43),
    "typeform": lambda: "tf" + "p_" + url_safe(59),
    "supabase": lambda: "sb" + "p_" + hexes(40),
    "supabase_secret": lambda: "sb" + "_secret_" + alnum(31),
    "planetscale": lambda: "ps" + "cale_tkn_" + url_safe(43),
    "neon": lambda: "na" + "pi_" + small(64),
    "atlas": lambda: "md" + "b_sa_sk_" + url_safe(40),
    "pinecone": lambda: "pc" + "sk_" + alnum(70),
    "prefect": lambda: "pn" + "u_" + alnum(36),
    "brevo": lambda: "xk" + "eysib-" + hexes(64) + "-" + alnum(16),
    "resend": lambda: "re" + "_" + alnum(8) + "_" + alnum(24),
    "mailersend": lambda: "ml" + "sn." + hexes(64),
    "mailchimp": lambda: hexes(32) + "-" + "us14",
    "facebook": lambda: "EA" + "A" + alnum(120),
    "x_bearer": lambda: "A" * 20 + alnum(80),
    "square": lambda: "sq" + "0csp-" + url_safe(43),
    "square_access": lambda: "EA" + "AA" + url_safe(60),
    "razorpay": lambda: "rz" + "p_live_" + alnum(14),
    "flutterwave": lambda: "FLW" + "SECK-" + hexes(32) + "-X",
    "plaid": lambda: "access" + "-production-" + uuid(),
    "gocardless": lambda: "li" + "ve_" + alnum(40),
    "easypost": lambda: "EZ" + "AK" + alnum(54),
    "shippo": lambda: "sh" + "ippo_live_" + hexes(40),
    "duffel": lambda: "duf" + "fel_live_" + url_safe(43),
    "braintree": lambda: "access_" + "token$production$" + small(16) + "$" + hexes(32),
    "new_relic_ingest": lambda: "NR" + "II-" + url_safe(32),
    "grafana_cloud": lambda: "gl" + "c_" + json_part(60),
    "dynatrace": lambda: "dt" + "0c01." + capitals(24) + "." + capitals(64),
    "honeycomb": lambda: "hc" + "aik_" + small(58),
    "axiom": lambda: "xa" + "at-" + uuid(),
    "posthog": lambda: "ph" + "x_" + alnum(43),
    "launchdarkly": lambda: "sd" + "k-" + uuid(),
    "openrouter": lambda: "sk" + "-or-v1-" + hexes(64),
    "elevenlabs": lambda: "sk" + "_" + hexes(48),
    "hugging_face_organisation": lambda: "api" + "_org_" + alnum(34),
    "replicate": lambda: "r8" + "_" + alnum(37),
    "perplexity": lambda: "pp" + "lx-" + alnum(48),
    "xai": lambda: "xa" + "i-" + alnum(80),
    "together": lambda: "tg" + "p_v1_" + url_safe(43),
    "langsmith": lambda: "ls" + "v2_pt_" + hexes(32) + "_" + hexes(10),
    "cerebras": lambda: "cs" + "k-" + alnum(48),
    "nvidia": lambda: "nv" + "api-" + url_safe(64),
    "tavily": lambda: "tv" + "ly-" + alnum(32),
    "jina": lambda: "ji" + "na_" + url_safe(60),
    "gitlab_runner": lambda: "GR13" + "48941" + alnum(20),
    "bcrypt": lambda: "$2" + "b$12$" + alnum(53),
    "argon": lambda: "$ar" + "gon2id$v=19$m=65536,t=3,p=4$" + alnum(22) + "$" + alnum(43),
    "crypt": lambda: "$" + "6$" + alnum(16) + "$" + alnum(86),
}  # fmt: skip
