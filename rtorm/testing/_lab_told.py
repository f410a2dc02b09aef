"""What somebody who looks around in an `AuthLab` is told."""

from rtorm.testing._lab import AuthLab


def told(lab: AuthLab) -> str:
    """Gives the ways in, the accounts, and how to get a ticket."""
    ways = (
        (lab.plain, "RT's own login"),
        (lab.tls, f"the same by TLS; the authority is {lab.ca}"),
        (lab.negotiate, "SPNEGO"),
        (lab.tls_negotiate, "the same by TLS"),
        (lab.forbidden, "SPNEGO, bob alone is let in"),
        (lab.basic, "HTTP Basic"),
        (lab.either, "SPNEGO, or HTTP Basic with the KDC's passwords"),
    )
    accounts = [
        f"{name:8}{who.rt or '-':20}{who.kerberos:20}{who.web or '-'}"
        for name, who in lab.accounts.items()
    ]
    lines = [
        f"Request Tracker {lab.version} behind Apache, and a KDC",
        *(f"{url:26}{what}" for url, what in ways),
        "",
        f"{'user':8}{'RT':20}{'KDC':20}web server",
        *accounts,
        "",
        f"export KRB5_CONFIG={lab.krb5_config} KRB5CCNAME={lab.environment()['KRB5CCNAME']}",
        "kinit alice",
        f"Logs: {lab.access_log} and {lab.error_log.name} beside it",
        "Ctrl-C stops it and removes everything.",
    ]
    return "\n".join((*lines, ""))
