"""The mail servers of smtp.sh: ports and the folder are its arguments; key and certificate lie in the working directory."""

import asyncio
import base64
import json
import ssl
import sys
import uuid

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, folder):
        self.folder = folder

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = uuid.uuid4().hex
        with open(f"{self.folder}/{name}.eml", "wb") as file:
            file.write(envelope.content)
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "user": getattr(session.auth_data, "login", b"").decode() if session.auth_data else None,
        }
        with open(f"{self.folder}/{name}.json", "w") as file:
            json.dump(facts, file)
        return f"250 OK {name}"

    async def auth_XOAUTH2(self, server, args):
        text = base64.b64decode(args[1]).decode()
        if text == "user=kapelle\x01auth=Bearer token1\x01\x01":
            return AuthResult(success=True, auth_data=type("Login", (), {"login": b"kapelle"})())
        await server.challenge_auth("the token is wrong", encode_to_b64=True)
        return AuthResult(success=False, handled=False)


def authenticate(server, session, envelope, mechanism, data):
    is_known = (data.login, data.password) == (b"kapelle", b"Kapelle1")
    return AuthResult(success=is_known, handled=False, auth_data=data)


async def main(plain, tls, folder):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain("certificate.pem", "key.pem")
    loop = asyncio.get_running_loop()
    common = {"hostname": "mail.test", "authenticator": authenticate, "data_size_limit": 5_000_000, "enable_SMTPUTF8": True}

    def starting():
        return SMTP(Sink(folder), tls_context=context, auth_require_tls=True, **common)

    def secure():
        return SMTP(Sink(folder), auth_require_tls=False, **common)

    await loop.create_server(starting, "127.0.0.1", plain)
    await loop.create_server(secure, "127.0.0.1", tls, ssl=context)
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
