"""The other side of webhooks: takes what is sent to a free port of this machine, and checks its
signature as Standard Webhooks 1.0 says.
"""
import base64
import hashlib
import hmac
import http.server
import json
import threading


class Receiver:
    """Use as a context manager. `answer` is the status that it answers with."""

    def __init__(self):
        self.taken, self.wrong, self.secret, self.answer = {}, [], None, 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.take(self.headers, body)
                self.send_response(outer.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def take(self, headers, body):
        name, time = headers["webhook-id"], headers["webhook-timestamp"]
        if self.secret:
            key = base64.b64decode(self.secret.removeprefix("whsec_"))
            text = f"{name}.{time}.".encode() + body
            mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
            if f"v1,{mac}" not in headers["webhook-signature"].split():
                self.wrong.append(name)
        self.taken.setdefault(name, []).append(json.loads(body))

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
