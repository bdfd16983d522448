"""A real SMTP server (aiosmtpd) on a free port of the loopback address, for the tests of engage/.

    mail_server.py DIRECTORY [--security none|starttls|tls] [--user U --password P] [--cert C --key K]

Prints its port on the first line of its output. Every message that it takes is a line of
DIRECTORY/deliveries ("address<TAB>Message-ID<TAB>connection number") and a file
DIRECTORY/NUMBER.eml. What it does is told by the recipient's local part:
  never…     550 to RCPT
  later…     450 to RCPT
  later2…    450 to RCPT the first two times
  full…      452 to the message
  spam…      554 to the message
  drop…      closes the connection when it has the whole message, without an answer; takes it
  hang…      closes the connection at RCPT
"""
import argparse
import asyncio
import email
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Deliveries:
    def __init__(self, directory):
        self.directory = directory
        self.log = open(os.path.join(directory, "deliveries"), "a", buffering=1)
        self.count = 0
        self.tries = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local.startswith("never"):
            return "550 5.1.1 <" + address + "> no such mailbox"
        if local.startswith("later2"):
            self.tries[address] = self.tries.get(address, 0) + 1
            if self.tries[address] <= 2:
                return "450 4.2.0 try again"
        elif local.startswith("later"):
            return "450 4.2.0 try again"
        if local.startswith("hang"):
            server.transport.abort()
            return "421 bye"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        local = address.split("@")[0]
        if local.startswith("full"):
            return "452 4.3.1 no space"
        if local.startswith("spam"):
            return "554 5.7.1 not wanted"
        self.count += 1
        message_id = email.message_from_bytes(envelope.content)["Message-ID"]
        with open(os.path.join(self.directory, "%d.eml" % self.count), "wb") as file:
            file.write(envelope.content)
        self.log.write("%s\t%s\t%d\n" % (address, message_id, server.number))
        if local.startswith("drop"):
            server.transport.abort()
        return "250 2.0.0 taken as %d" % self.count


class Server(SMTP):
    connections = 0

    def connection_made(self, transport):
        if not getattr(self, "number", 0):
            Server.connections += 1
            self.number = Server.connections
        super().connection_made(transport)


def authenticator(user, password):
    def check(server, session, envelope, mechanism, data):
        good = (
            isinstance(data, LoginPassword)
            and data.login == user.encode()
            and data.password == password.encode()
        )
        return AuthResult(success=good, handled=False)

    return check


async def serve(options):
    handler = Deliveries(options.directory)
    context = None
    if options.security != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    settings = {"hostname": "mail.test", "loop": asyncio.get_running_loop()}
    if options.security == "starttls":
        settings.update(tls_context=context, require_starttls=True)
    if options.user:
        settings.update(
            auth_required=True,
            auth_require_tls=options.security == "starttls",
            authenticator=authenticator(options.user, options.password),
        )
    server = await asyncio.get_running_loop().create_server(
        lambda: Server(handler, **settings),
        "127.0.0.1",
        0,
        ssl=context if options.security == "tls" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends when the test that started it is gone.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


parser = argparse.ArgumentParser()
parser.add_argument("directory")
parser.add_argument("--security", default="none")
parser.add_argument("--user", default="")
parser.add_argument("--password", default="")
parser.add_argument("--cert")
parser.add_argument("--key")
asyncio.run(serve(parser.parse_args()))
