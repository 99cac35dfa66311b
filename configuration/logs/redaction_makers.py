# ruff: noqa: E501 - a table is read across
"""Tokens that give themselves away: who makes them, and what they look like.

Nearly every maker of tokens begins them with a prefix of its own. Such a token
needs no name in front, so the table below is all there is to know about it. All
patterns are one alternation, ordered by first letter, and it is tried only in
*runs*: sixteen or more token characters in a row, which every token has
(``redaction_tokens`` scans for them).

To add a maker: one line, and one in the tests that builds such a token. A
pattern begins with a plain letter or digit, has no alternative outside
parentheses, matches token characters only and at least sixteen of them. A
prefix that is no more than letters asks for an edge of a word (``WORD``,
``NAME``) behind its first letter, so that ``re`` can skip from letter to letter.
"""

from dataclasses import dataclass

# Edges, to be written behind the first letter. "%20" and a spelt-out "\n" count as edges too, for
# texts that went through URL quoting or repr().
_ESCAPED = r"|(?<=%[0-9A-Fa-f]{2}.)|(?<=\\[nrt].)"
WORD = rf"(?:(?<![A-Za-z0-9].){_ESCAPED})"
NAME = rf"(?:(?<![A-Za-z0-9_-].){_ESCAPED})"
PATH = rf"(?:(?<![A-Za-z0-9+/_.-].){_ESCAPED})"
EDGES = (WORD, NAME, PATH)
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Maker:
    """One shape of one maker.

    Args:
        name: who makes it, and what it opens.
        shape: what it looks like, for people.
        pattern: the same for ``re``; see the head of this file.
    """

    name: str
    shape: str
    pattern: str


FORGES = (
    # The prefix with ten more characters; the prefix alone in prose stays.
    Maker("Atlassian: account, service, workspace, Bitbucket", "ATATT3 + 180",
          r"AT(?:ATT3|CTT3|STT3|SATT3|OTT3|BB|AATT3)[A-Za-z0-9_=+/.-]{10,}"),
    Maker("Trello", "ATTA + 72", rf"A{WORD}TTA[A-Za-z0-9]{{60,}}"),
    # Jira Data Center: base64 of "<digits>:<random>", so it starts with M, N or O; ``_believable``
    # decodes it. Hex digests, paths and words of that length stay.
    *(Maker("Jira Data Center", "44 of base64", rf"{letter}{PATH}[A-Za-z0-9+/]{{43}}(?![A-Za-z0-9+/=_-])")
      for letter in "MNO"),
    # base64 of '{"' and one to four more parts; a lone base64 text without dots is a page token.
    Maker("JSON web token", "eyJ... . ... . ...",
          rf"e{NAME}y[JK][A-Za-z0-9_-]{{13,}}(?:\.{{1,2}}[A-Za-z0-9_-]{{4,}}){{1,4}}"),
    Maker("GitHub: personal, OAuth, user, server, refresh", "ghp_ + 36", r"gh[pousr]_[A-Za-z0-9]{12,}"),
    Maker("GitHub, fine-grained", "github_pat_ + 82", r"github_pat_[A-Za-z0-9_]{10,}"),
    Maker("GitLab: personal, trigger, deploy, runner, job, feed, mail, agent, OAuth, SCIM, workspace",
          "glpat- + 20", r"gl(?:pat|ptt|dt|rtr?|cbt|soat|ft|imt|agent|oas|ffct|wt)-?[A-Za-z0-9_.-]{12,}"),
    Maker("GitLab, registration of a runner", "GR1348941 + 20", r"GR1348941-?[A-Za-z0-9_.-]{12,}"),
    Maker("Sourcegraph", "sgp_ + 40 hex", rf"s{NAME}gp_(?:[0-9a-f]{{16}}_)?[0-9a-f]{{40}}"),
    Maker("SonarQube", "sqp_ + 40 hex", rf"s{NAME}q[pua]_[0-9a-f]{{40}}"),
    Maker("Buildkite", "bkua_ + 40 hex", rf"b{NAME}k(?:ua|at|ct|pt|jt)_[A-Za-z0-9]{{24,}}"),
    Maker("CircleCI", "CCIPAT_ + 22 _ 40", r"CCIP(?:AT|RJ)_[A-Za-z0-9]{16,}_[0-9a-f]{20,}"),
    Maker("Linear", "lin_api_ + 40", rf"l{NAME}in_(?:api|oauth)_[A-Za-z0-9]{{32,}}"),
    Maker("Notion", "secret_ + 43", rf"s{NAME}ecret_[A-Za-z0-9]{{43}}(?![A-Za-z0-9])"),
    Maker("Notion", "ntn_ + 46", rf"n{NAME}tn_[A-Za-z0-9]{{40,}}"),
    Maker("Figma", "figd_ + 40", rf"f{NAME}ig(?:d|u|ur|uh|or|oh)_[A-Za-z0-9_-]{{30,}}"),
    Maker("Postman", "PMAK- + 24 - 34", r"PMA[KT]-[0-9A-Za-z]{20,}(?:-[0-9A-Za-z]{20,})?"),
    Maker("Airtable", "pat + 14 . 64 hex", rf"p{NAME}at[A-Za-z0-9]{{14}}\.[0-9a-f]{{64}}"),
    Maker("HubSpot", "pat-na1- + UUID", rf"p{NAME}at-(?:na|eu|ap)[0-9]-{_UUID}"),
    Maker("ClickUp", "pk_ + number _ 32", rf"p{NAME}k_[0-9]{{4,12}}_[A-Z0-9]{{32}}"),
    Maker("Contentful", "CFPAT- + 43", r"CFPAT-[A-Za-z0-9_-]{30,}"),
    Maker("Typeform", "tfp_ + 44", rf"t{NAME}fp_[A-Za-z0-9_.=-]{{40,}}"),
)  # fmt: skip

CLOUDS = (
    # Key ids, whose secret half often stands beside them (see the pair among the carriers).
    Maker("AWS, key id", "AKIA + 16", rf"A{WORD}(?:KIA|SIA|BIA|CCA)[A-Z0-9]{{16}}(?![A-Za-z0-9])"),
    Maker("AWS Bedrock", "ABSK + 100 of base64", rf"A{WORD}BSK[A-Za-z0-9+/=]{{80,}}"),
    Maker("AWS Bedrock, short-lived", "bedrock-api-key- + base64", r"bedrock-api-key-[A-Za-z0-9+/=]{20,}"),
    Maker("Google, API key", "AIza + 35", r"AIza[A-Za-z0-9_-]{30,}"),
    Maker("Google, client secret", "GOCSPX- + 28", r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    Maker("Google, access token", "ya29. + 100", rf"y{WORD}a29\.[A-Za-z0-9_.-]{{20,}}"),
    Maker("Google, refresh token", "1//0 + 60", rf"1{PATH}//0[A-Za-z0-9_-]{{30,}}"),
    Maker("Alibaba, key id", "LTAI + 20", rf"L{WORD}TAI[A-Za-z0-9]{{16,20}}(?![A-Za-z0-9])"),
    Maker("Tencent, key id", "AKID + 32", rf"A{WORD}KID[A-Za-z0-9]{{28,36}}(?![A-Za-z0-9])"),
    Maker("Yandex", "AQVN + 35", rf"A{WORD}QVN[A-Za-z0-9_-]{{35,}}"),
    Maker("Yandex, OAuth", "y0_ + 55", rf"y{NAME}0_[A-Za-z0-9_-]{{50,}}"),
    Maker("DigitalOcean", "dop_v1_ + 64 hex", r"do[opr]_v1_[0-9a-f]{40,}"),
    Maker("Heroku", "HRKU-AA + 58", r"HRKU-[A-Za-z0-9_-]{30,}"),
    Maker("Fly.io", "fo1_ + 43", rf"f{NAME}(?:o1|m1[ar]|m2)_[A-Za-z0-9+/=_-]{{40,}}"),
    Maker("Render", "rnd_ + 32", rf"r{NAME}nd_[A-Za-z0-9]{{28,}}"),
    Maker("Netlify", "nfp_ + 36", rf"n{NAME}fp_[A-Za-z0-9]{{36,}}"),
    Maker("Cloudflare, origin key", "v1.0- + 24 hex - 146 hex", rf"v{NAME}1\.0-[0-9a-f]{{24}}-[0-9a-f]{{60,}}"),
    Maker("Tailscale", "tskey-auth- + 17 - 32", r"tskey-[a-z]{2,12}-[A-Za-z0-9-]{20,}"),
    Maker("Vault", "hvs. + 90", rf"h{WORD}v[sbr]\.[A-Za-z0-9_-]{{20,}}"),
    Maker("Doppler", "dp.pt. + 43", rf"d{WORD}p\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{{40,}}"),
    Maker("1Password, service account", "ops_ + base64 of JSON", rf"o{NAME}ps_eyJ[A-Za-z0-9_-]{{60,}}"),
    Maker("1Password, secret key", "A3- + six groups",
          rf"A{NAME}3-[A-Z0-9]{{6}}-(?:[A-Z0-9]{{11}}|[A-Z0-9]{{6}}-[A-Z0-9]{{5}})-[A-Z0-9]{{5}}-[A-Z0-9]{{5}}-[A-Z0-9]{{5}}"),
    Maker("Pulumi", "pul- + 40 hex", rf"p{NAME}ul-[0-9a-f]{{40}}"),
    Maker("Docker Hub", "dckr_pat_ + 27", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    Maker("age", "AGE-SECRET-KEY-1 + 58", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}"),
)  # fmt: skip

REGISTRIES = (
    Maker("npm", "npm_ + 36", rf"n{NAME}pm_[A-Za-z0-9]{{30,}}"),
    Maker("PyPI", "pypi-AgEIcHlwaS5vcmc + 100", rf"p{NAME}ypi-Ag[A-Za-z0-9_-]{{20,}}"),
    Maker("RubyGems", "rubygems_ + 48 hex", r"rubygems_[0-9a-f]{40,}"),
    Maker("crates.io", "cio + 32", rf"c{NAME}io(?=[A-Za-z]{{0,31}}[0-9])[A-Za-z0-9]{{32}}(?![A-Za-z0-9])"),
    Maker("NuGet", "oy2 + 43", rf"o{NAME}y2[a-z0-9]{{43}}(?![A-Za-z0-9])"),
    Maker("Clojars", "CLOJARS_ + 60 hex", r"CLOJARS_[0-9a-f]{40,}"),
    Maker("Packagist", "packagist_ouk_ + 68 hex", r"packagist_[a-z]{2,3}_[0-9a-f]{40,}"),
    Maker("JFrog, API key", "AKCp + 69", rf"A{WORD}KCp[A-Za-z0-9]{{60,}}"),
    Maker("JFrog, reference token", "cmVmdGtu + 56", rf"c{WORD}mVmdGtu[A-Za-z0-9]{{40,}}"),
)  # fmt: skip

DATABASES = (
    Maker("Databricks", "dapi + 32 hex", rf"d{WORD}api[0-9a-f]{{32}}(?:-[0-9])?(?![A-Za-z0-9])"),
    Maker("Supabase", "sbp_ + 40 hex", rf"s{NAME}bp_[0-9a-f]{{40}}"),
    Maker("Supabase", "sb_secret_ + 31", r"sb_secret_[A-Za-z0-9_-]{20,}"),
    Maker("PlanetScale", "pscale_tkn_ + 43", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{30,}"),
    Maker("Neon", "napi_ + 64", rf"n{NAME}api_[a-z0-9]{{40,}}"),
    Maker("MongoDB Atlas", "mdb_sa_sk_ + 40", r"mdb_sa_sk_[A-Za-z0-9_-]{20,}"),
    Maker("Pinecone", "pcsk_ + 70", rf"p{NAME}csk_[A-Za-z0-9_-]{{40,}}"),
    Maker("Prefect", "pnu_ + 36", rf"p{NAME}n[ub]_[A-Za-z0-9]{{36}}"),
)  # fmt: skip

MESSAGES = (
    Maker("Slack: bot, user, app, refresh, legacy, session", "xoxb- + numbers - 24",
          r"xox[abcdeoprs](?:\.xox[abp])?-[A-Za-z0-9-]{11,}"),
    Maker("Slack, app", "xapp-1- + ...", r"xapp-[A-Za-z0-9-]{11,}"),
    *(Maker("Discord, bot", "24 . 6 . 27",
            rf"{letter}{NAME}[A-Za-z0-9_-]{{23,27}}\.[A-Za-z0-9_-]{{6}}\.[A-Za-z0-9_-]{{27,40}}(?![A-Za-z0-9_-])")
      for letter in "MNO"),
    Maker("SendGrid", "SG. + 22 . 43", rf"S{WORD}G\.[A-Za-z0-9_-]{{16,}}\.[A-Za-z0-9_-]{{16,}}"),
    Maker("Mailgun", "key- + 32 hex", rf"k{NAME}ey-[0-9a-f]{{32}}(?![A-Za-z0-9])"),
    Maker("Twilio", "SK + 32 hex", rf"S{WORD}K[0-9a-f]{{32}}(?![A-Za-z0-9])"),
    Maker("Brevo", "xkeysib- + 64 hex - 16", r"x(?:keysib|smtpsib)-[0-9a-f]{40,}(?:-[A-Za-z0-9]{8,})?"),
    Maker("Resend", "re_ + 8 _ 24", rf"r{NAME}e_[A-Za-z0-9]{{8}}_[A-Za-z0-9]{{24}}(?![A-Za-z0-9])"),
    Maker("MailerSend", "mlsn. + 64 hex", r"mlsn\.[0-9a-f]{40,}"),
    Maker("Facebook", "EAA + 100", rf"E{WORD}AA[A-Za-z0-9]{{80,}}"),
    Maker("X, bearer", "AAAAAAAAAAAAAAAAAAAA + 80", rf"A{WORD}A{{19,}}[A-Za-z0-9_-]{{30,}}"),
)  # fmt: skip

PAYMENT = (
    Maker("Stripe, secret and restricted keys", "sk_live_ + 24", rf"s{NAME}k_(?:live|test)_[A-Za-z0-9_]{{10,}}"),
    Maker("Stripe, restricted keys", "rk_live_ + 24", rf"r{NAME}k_(?:live|test)_[A-Za-z0-9_]{{10,}}"),
    Maker("Stripe, signing of web hooks", "whsec_ + 32", r"whsec_[A-Za-z0-9+/=]{16,}"),
    Maker("Shopify", "shpat_ + 32 hex", r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{30,}"),
    Maker("Square", "sq0csp- + 43", r"sq0(?:atp|csp|idp|ids)-[A-Za-z0-9_-]{20,}"),
    Maker("Square, access", "EAAA + 60", rf"E{WORD}AAA[A-Za-z0-9_-]{{60}}(?![A-Za-z0-9_-])"),
    Maker("Razorpay", "rzp_live_ + 14", r"rzp_(?:live|test)_[A-Za-z0-9]{10,}"),
    Maker("Flutterwave", "FLWSECK- + 32 hex -X", r"FLWSECK(?:_TEST)?-[0-9A-Za-z]{12,}(?:-X)?"),
    Maker("Plaid", "access-production- + UUID", rf"a{NAME}ccess-(?:sandbox|development|production)-{_UUID}"),
    Maker("GoCardless", "live_ + 40", rf"l{NAME}ive_(?=[A-Za-z_-]{{0,39}}[0-9])[A-Za-z0-9_-]{{40}}(?![A-Za-z0-9_-])"),
    Maker("EasyPost", "EZAK + 54", rf"E{WORD}Z[AT]K[A-Za-z0-9]{{50,}}"),
    Maker("Shippo", "shippo_live_ + 40 hex", r"shippo_(?:live|test)_[0-9a-f]{30,}"),
    Maker("Duffel", "duffel_live_ + 43", r"duffel_(?:live|test)_[A-Za-z0-9_-]{30,}"),
)  # fmt: skip

WATCHERS = (
    Maker("Sentry", "sntrys_ + base64", r"sntry[su]_[A-Za-z0-9+/=_-]{20,}"),
    Maker("New Relic", "NRAK- + 27", r"NR(?:AK|II|IQ|RA|SP|AA|JS)-[A-Za-z0-9_-]{12,}"),
    Maker("Grafana, service account", "glsa_ + 32 _ 8 hex", r"glsa_[A-Za-z0-9]{20,}(?:_[0-9a-f]{8})?"),
    Maker("Grafana Cloud", "glc_ + base64", rf"g{NAME}lc_[A-Za-z0-9+/=]{{30,}}"),
    Maker("Dynatrace", "dt0c01. + 24 . 64", r"dt0[a-z][0-9]{2}\.[A-Z0-9]{20,}(?:\.[A-Z0-9]{20,})?"),
    Maker("Honeycomb", "hcaik_ + 58", r"hc[abcx]ik_[a-z0-9]{30,}"),
    Maker("Axiom", "xaat- + UUID", rf"x{NAME}a[ap]t-{_UUID}"),
    Maker("PostHog", "phx_ + 43", rf"p{NAME}hx_[A-Za-z0-9]{{40,}}"),
    Maker("LaunchDarkly", "sdk- + UUID", rf"s{NAME}dk-{_UUID}"),
)  # fmt: skip

MODELS = (
    Maker("OpenAI", "sk-proj- + 48", rf"s{NAME}k-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{{16,}}"),
    Maker("OpenAI, DeepSeek and others", "sk- + 48", rf"s{NAME}k-[A-Za-z0-9]{{32,}}"),
    Maker("Anthropic", "sk-ant-api03- + 93", rf"s{NAME}k-ant-[A-Za-z0-9_-]{{16,}}"),
    Maker("OpenRouter", "sk-or-v1- + 64 hex", rf"s{NAME}k-or-[A-Za-z0-9_-]{{16,}}"),
    Maker("ElevenLabs", "sk_ + 48 hex", rf"s{NAME}k_[0-9a-f]{{48}}(?![A-Za-z0-9])"),
    Maker("Groq", "gsk_ + 52", rf"g{NAME}sk_[A-Za-z0-9]{{40,}}"),
    Maker("Hugging Face", "hf_ + 34", rf"h{NAME}f_[A-Za-z0-9]{{30,}}"),
    Maker("Hugging Face, organisation", "api_org_ + 34", rf"a{NAME}pi_org_[A-Za-z0-9]{{30,}}"),
    Maker("Replicate", "r8_ + 37", rf"r{NAME}8_[A-Za-z0-9]{{37}}(?![A-Za-z0-9])"),
    Maker("Perplexity", "pplx- + 48", rf"p{NAME}plx-[A-Za-z0-9]{{40,}}"),
    Maker("xAI", "xai- + 80", rf"x{NAME}ai-[A-Za-z0-9]{{60,}}"),
    Maker("Together", "tgp_v1_ + 43", r"tgp_v1_[A-Za-z0-9_-]{40,}"),
    Maker("LangSmith", "lsv2_pt_ + 32 hex _ 10", r"lsv2_(?:pt|sk)_[0-9a-f]{32}(?:_[0-9a-f]{10})?"),
    Maker("Cerebras", "csk- + 48", rf"c{NAME}sk-[A-Za-z0-9]{{40,}}"),
    Maker("NVIDIA", "nvapi- + 64", r"nvapi-[A-Za-z0-9_-]{50,}"),
    Maker("Tavily", "tvly- + 32", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,}"),
    Maker("Jina", "jina_ + 60", rf"j{NAME}ina_[A-Za-z0-9_-]{{50,}}"),
)  # fmt: skip

MAKERS = (*FORGES, *CLOUDS, *REGISTRIES, *DATABASES, *MESSAGES, *PAYMENT, *WATCHERS, *MODELS)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A token whose mark stands in its middle, so that the scan by first letter cannot find it.

    Args:
        name: who makes it.
        shape: what it looks like, for people.
        needle: the mark in lower case; every match contains it.
        pattern: the whole token.
    """

    name: str
    shape: str
    needle: str
    pattern: str


# The edge in front of a token whose first character may be anything.
_BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"
ANCHORED = (
    Anchored("Microsoft Entra, client secret", "xxx8Q~ + 34", "q~",
             rf"{_BEFORE}[A-Za-z0-9_~.-]{{3}}[0-9]Q~[A-Za-z0-9_~.-]{{31,34}}(?![A-Za-z0-9_~-])"),
    Anchored("Azure DevOps", "76 AZDO 4", "azdo", rf"{_BEFORE}[A-Za-z0-9]{{70,80}}AZDO[A-Za-z0-9]{{4}}(?![A-Za-z0-9])"),
    Anchored("Terraform", "14 .atlasv1. 60", ".atlasv1.", rf"{_BEFORE}[A-Za-z0-9]{{10,20}}\.atlasv1\.[A-Za-z0-9_-]{{20,}}"),
    Anchored("Telegram, bot", "number :AA 33", ":aa", rf"{_BEFORE}[0-9]{{8,10}}:AA[A-Za-z0-9_-]{{32,34}}(?![A-Za-z0-9_-])"),
    Anchored("Firebase, server key", "AAAA + 7 :APA91b 134", ":apa91b", rf"{_BEFORE}AAAA[A-Za-z0-9_-]{{7}}:APA91b[A-Za-z0-9_-]{{60,}}"),
    Anchored("Mailchimp", "32 hex -us1", "-us", rf"{_BEFORE}[0-9a-f]{{32}}-us[0-9]{{1,2}}(?![A-Za-z0-9])"),
    Anchored("PayPal, Braintree", "access_token$production$...", "access_token$",
             r"access_token\$(?:production|sandbox)\$[0-9a-z]{8,}\$[0-9a-f]{20,}"),
    # What the server keeps of a password can be guessed from: crypt, bcrypt, Argon2, scrypt.
    Anchored("password hash", "$2b$12$ + 53", "$", r"\$(?:2[abxy]?|5|6|7|y|gy|apr1|argon2(?:id?|d)|scrypt)\$[./A-Za-z0-9$=,+-]{20,}"),
)  # fmt: skip
