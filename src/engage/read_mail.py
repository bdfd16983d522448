"""Prints what Python's email package understands of a message (standard input) as JSON."""
import email
import email.header
import email.policy
import email.utils
import json
import sys

raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.default)
parts = [part for part in message.walk() if not part.is_multipart()]
defects = [str(defect) for part in message.walk() for defect in part.defects]
defects += [str(d) for _, value in message.items() for d in getattr(value, "defects", ())]


def mailbox(name):
    """Display name and address. (The new policy puts spaces between the encoded words of a name,
    which RFC 2047, 6.2, forbids; the old functions do it right.)"""
    field = email.message_from_bytes(raw)[name].replace("\r\n", "")
    display, address = email.utils.parseaddr(field)
    return [str(email.header.make_header(email.header.decode_header(display))), address]


print(
    json.dumps(
        {
            "headers": [[name.lower(), str(value)] for name, value in message.items()],
            "from": mailbox("From"),
            "to": mailbox("To"),
            "date": message["Date"].datetime.isoformat() if message["Date"] else "",
            "type": message.get_content_type(),
            "parts": [
                [part.get_content_type(), part.get_content().replace("\r\n", "\n")] for part in parts
            ],
            "defects": defects,
            "longest_line": max(len(line) for line in raw.split(b"\r\n")),
            "seven_bit": all(byte < 128 for byte in raw),
            "bare_line_ends": raw.count(b"\n") + raw.count(b"\r") - 2 * raw.count(b"\r\n"),
        }
    )
)
