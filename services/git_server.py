"""Serves the repositories of a folder over HTTP, by the program that Git brings for that.

Usage: git_server.py PORT FOLDER. What is below `/open/` may be read by everybody; the rest, and all writing, wants the user
`kapelle` with the password `Kapelle1`. `/moved/` sends to what stands behind it, `/away/` to that under another name of the host.
"""

import base64
import http.server
import os
import subprocess
import sys

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
LOGIN = "Basic " + base64.b64encode(b"kapelle:Kapelle1").decode()
BACKEND = subprocess.run(["git", "--exec-path"], capture_output=True, text=True).stdout.strip() + "/git-http-backend"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.handle_one()

    def do_POST(self):
        self.handle_one()

    def log_message(self, *words):
        pass

    def plain(self, status, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().strip() or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_one(self):
        body = self.body()
        path, _, query = self.path.partition("?")
        if path.startswith("/moved/"):
            self.plain(301, [("Location", self.path[len("/moved"):])])
            return
        if path.startswith("/away/"):
            self.plain(302, [("Location", f"http://localhost:{PORT}" + self.path[len("/away"):])])
            return
        if path == "/open/":
            self.plain(200)
            return
        is_known = self.headers.get("Authorization") == LOGIN
        writes = "git-receive-pack" in self.path
        if not is_known and (writes or not path.startswith("/open/")):
            self.plain(401, [("WWW-Authenticate", 'Basic realm="git"')])
            return
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": FOLDER,
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "kapelle" if is_known else "",
            "REMOTE_ADDR": "127.0.0.1",
        }
        answer = subprocess.run([BACKEND], input=body, env=environment, capture_output=True).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self.send_response(status)
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
