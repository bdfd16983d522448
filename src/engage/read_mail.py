"""Prints what Python's email package understands of a message (standard input) as JSON."""
import email
import email.policy
import json
import sys

raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.default)
parts = [part for part in message.walk() if not part.is_multipart()]
defects = [str(defect) for part in message.walk() for defect in part.defects]
defects += [str(d) for _, value in message.items() for d in getattr(value, "defects", ())]
print(
    json.dumps(
        {
            "headers": [[name.lower(), str(value)] for name, value in message.items()],
            "from": [[a.display_name, a.addr_spec] for a in message["From"].addresses],
            "to": [[a.display_name, a.addr_spec] for a in message["To"].addresses],
            "date": message["Date"].datetime.isoformat() if message["Date"] else "",
            "type": message.get_content_type(),
            "parts": [[part.get_content_type(), part.get_content()] for part in parts],
            "defects": defects,
            "longest_line": max(len(line) for line in raw.split(b"\r\n")),
            "seven_bit": all(byte < 128 for byte in raw),
            "bare_line_ends": raw.count(b"\n") - raw.count(b"\r\n") + raw.count(b"\r") - raw.count(b"\r\n"),
        }
    )
)
