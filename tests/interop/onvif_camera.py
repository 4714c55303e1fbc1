"""An ONVIF camera: answers probes on loopback and SOAP requests over HTTP. Its clock is an hour slow, as those of
cameras are; logins by WS-UsernameToken are checked by it. `uri` is where it says that its stream is.
"""
import base64
import datetime
import hashlib
import http.server
import re
import socket
import struct
import threading
import uuid

from harness import end_with_test

GROUP, PORT = "239.255.255.250", 3702
CLOCK_SLOW = datetime.timedelta(hours=1)
CLOCK_ALLOWED = datetime.timedelta(seconds=60)
ENVELOPE = ('<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" '
            'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:wsdd="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
            'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"><env:Body>{}</env:Body></env:Envelope>')
FAULT = ('<env:Fault><env:Code><env:Value>env:Sender</env:Value></env:Code><env:Reason><env:Text xml:lang="en">'
         'Sender not authorized</env:Text></env:Reason></env:Fault>')


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc) - CLOCK_SLOW


def crowd_of(numbers) -> str:
    """One answer for many cameras, each at an address that refuses connections."""
    return ENVELOPE.format("<wsdd:ProbeMatches>" + "".join(
        f"<wsdd:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:crowd:{n}</wsa:Address></wsa:EndpointReference>"
        f"<wsdd:XAddrs>http://127.0.0.1:1/camera/{n}</wsdd:XAddrs></wsdd:ProbeMatch>" for n in numbers) + "</wsdd:ProbeMatches>")


class OnvifCamera:
    def __init__(self, uri: str, user: str = "", password: str = "", entities: bool = False,
                 crowd: int = 0):
        self.uri, self.user, self.password, self.entities = uri, user, password, entities
        self.crowd = crowd  # cameras beside this one that it answers probes for; nobody is there
        self.asked = []
        self.endpoint = f"urn:uuid:{uuid.uuid4()}"
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802 (the base class's spelling)
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, answer = camera.answer(body)
                data = answer.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}/onvif/device_service"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self._probes = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # The port is the specification's; several cameras on this machine share it.
        self._probes.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._probes.bind((GROUP, PORT))
        membership = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton("127.0.0.1"))
        self._probes.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        threading.Thread(target=self._answer_probes, daemon=True).start()
        end_with_test(self)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._http.server_port}"

    def kill(self) -> None:
        self._http.shutdown()
        self._probes.close()

    def _answer_probes(self) -> None:
        match = ENVELOPE.format(
            f"<wsdd:ProbeMatches><wsdd:ProbeMatch><wsa:EndpointReference><wsa:Address>{self.endpoint}</wsa:Address>"
            "</wsa:EndpointReference><wsdd:Types>dn:NetworkVideoTransmitter</wsdd:Types><wsdd:Scopes>"
            "onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/hardware/S1</wsdd:Scopes>"
            f"<wsdd:XAddrs>{self.address}</wsdd:XAddrs></wsdd:ProbeMatch></wsdd:ProbeMatches>")
        while True:
            try:
                probe, sender = self._probes.recvfrom(65536)
                if b"NetworkVideoTransmitter" not in probe:
                    continue
                self._probes.sendto(match.encode(), sender)
                for first in range(0, self.crowd, 16):
                    self._probes.sendto(crowd_of(range(first, min(first + 16, self.crowd))).encode(), sender)
            except OSError:  # it was closed
                return

    def _admits(self, body: str) -> bool:
        if not self.user:
            return True
        def field(name):
            found = re.search(rf"<\w+:{name}(?:\s[^>]*)?>([^<]*)<", body)
            return found.group(1) if found else ""
        created = field("Created")
        wanted = base64.b64encode(hashlib.sha1(base64.b64decode(field("Nonce")) + created.encode() +
                                               self.password.encode()).digest()).decode()
        if field("Username") != self.user or field("Password") != wanted:
            return False
        said = datetime.datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
        return abs(said - now()) < CLOCK_ALLOWED

    def answer(self, body: str):
        request = re.search(r"<(?:\w+:)?Body><(?:\w+:)?(\w+)", body).group(1)
        self.asked.append(request)
        if request != "GetSystemDateAndTime" and not self._admits(body):
            return 400, ENVELOPE.format(FAULT)
        if self.entities and request == "GetProfiles":
            return 200, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + ENVELOPE.format("&a;")
        return 200, ENVELOPE.format(getattr(self, request)())

    # Answers, by the names of their requests.
    def GetSystemDateAndTime(self):  # noqa: N802
        t = now()
        return ("<t:GetSystemDateAndTimeResponse xmlns:t='http://www.onvif.org/ver10/device/wsdl'><t:SystemDateAndTime>"
                f"<tt:UTCDateTime><tt:Time><tt:Hour>{t.hour}</tt:Hour><tt:Minute>{t.minute}</tt:Minute><tt:Second>{t.second}"
                f"</tt:Second></tt:Time><tt:Date><tt:Year>{t.year}</tt:Year><tt:Month>{t.month}</tt:Month><tt:Day>{t.day}"
                "</tt:Day></tt:Date></tt:UTCDateTime></t:SystemDateAndTime></t:GetSystemDateAndTimeResponse>")

    def GetDeviceInformation(self):  # noqa: N802
        return ("<t:GetDeviceInformationResponse xmlns:t='http://www.onvif.org/ver10/device/wsdl'><t:Manufacturer>Simulated"
                "</t:Manufacturer><t:Model>S1</t:Model><t:FirmwareVersion>1.0</t:FirmwareVersion>"
                "</t:GetDeviceInformationResponse>")

    def GetCapabilities(self):  # noqa: N802
        # The address that it has behind its NAT.
        return ("<t:GetCapabilitiesResponse xmlns:t='http://www.onvif.org/ver10/device/wsdl'><t:Capabilities><tt:Media>"
                "<tt:XAddr>http://192.168.77.5/onvif/media</tt:XAddr></tt:Media></t:Capabilities></t:GetCapabilitiesResponse>")

    def GetProfiles(self):  # noqa: N802
        profile = ("<m:Profiles token='{0}'><tt:Name>{0}</tt:Name><tt:VideoEncoderConfiguration><tt:Encoding>H264</tt:Encoding>"
                   "<tt:Resolution><tt:Width>{1}</tt:Width><tt:Height>{2}</tt:Height></tt:Resolution><tt:RateControl>"
                   "<tt:FrameRateLimit>25</tt:FrameRateLimit><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>"
                   "</tt:VideoEncoderConfiguration></m:Profiles>")
        return ("<m:GetProfilesResponse xmlns:m='http://www.onvif.org/ver10/media/wsdl'>" + profile.format("main", 1920, 1080) +
                profile.format("sub", 640, 360) + "</m:GetProfilesResponse>")

    def GetStreamUri(self):  # noqa: N802
        return ("<m:GetStreamUriResponse xmlns:m='http://www.onvif.org/ver10/media/wsdl'><m:MediaUri><tt:Uri>"
                f"{self.uri}</tt:Uri></m:MediaUri></m:GetStreamUriResponse>")
