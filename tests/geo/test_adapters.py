"""Outside services, each played by a small server on this machine: their answers, and their failures."""

import json
import threading
import urllib.parse
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from geo.adapters import AmapTravel, HttpTravel, OsrmTravel, ValhallaTravel, decode_polyline
from geo.http import MAX_ANSWER_BYTES, ServiceError, ask_json
from geo.modes import Mode
from geo.points import Point, gcj02_from_wgs84, metres_between
from geo.travel import HaversineTravel

A, B, C = Point(30.58, 114.30), Point(30.59, 114.31), Point(30.60, 114.29)


@contextmanager
def service(answer):
    """A server whose `answer(path, body)` gives (status, text); yields its address and the list of questions."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            asked.append((self.path, body))
            status, text = answer(self.path, body)
            data = text.encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def osrm(path, _):
    """Durations that name their cell: 100 × source + target."""
    query = urllib.parse.parse_qs(path.split("?")[1])
    if path.startswith("/route/"):
        line = {"coordinates": [[A.lon, A.lat], [114.305, 30.585], [B.lon, B.lat]]}
        return 200, json.dumps({"code": "Ok", "routes": [{"distance": 1700.4, "duration": 400.2, "geometry": line}]})
    sources, targets = (query[name][0].split(";") for name in ("sources", "destinations"))
    table = [[100 * int(row) + int(column) + 1.4 for column in targets] for row in sources]
    return 200, json.dumps({"code": "Ok", "durations": table})


def test_osrm_table_and_route():
    with service(osrm) as (url, asked):
        travel = OsrmTravel(url)
        assert travel.seconds([A, B], [C, B], Mode.EBIKE).tolist() == [[3, 4], [103, 0]]
        route = travel.route(A, B, Mode.WALK)
    assert asked[0][0].startswith("/table/v1/bike/114.300000,30.580000;114.310000,30.590000;")
    assert asked[1][0].startswith("/route/v1/foot/")
    assert (route.metres, route.seconds, len(route.points), route.approximate) == (1700, 400, 3, False)
    assert (travel.degraded, travel.last_failure) == (False, None)


def test_large_questions_are_asked_in_blocks():
    class Small(OsrmTravel):
        block = 2

    with service(osrm) as (url, asked):
        table = Small(url).seconds([A, B, C], [C, A, B], Mode.EBIKE)
    assert len(asked) == 4
    assert table.shape == (3, 3)


def test_a_cell_without_an_answer_is_estimated():
    with service(lambda *_: (200, json.dumps({"code": "Ok", "durations": [[None, 77]]}))) as (url, _):
        travel = OsrmTravel(url)
        found = travel.seconds([A], [B, C], Mode.EBIKE).tolist()
    assert found == [[int(HaversineTravel().seconds([A], [B], Mode.EBIKE)[0, 0]), 77]]
    assert not travel.degraded


def valhalla(path, body):
    if path == "/route":
        leg = {"shape": "gh`ly@_~cgyE_ibE_ibE", "summary": {"length": 1.5, "time": 333.3}}
        return 200, json.dumps({"trip": {"legs": [leg]}})
    rows = [[{"time": 60 * (r + 1) + c, "distance": 1} for c, _ in enumerate(body["targets"])] for r, _ in enumerate(body["sources"])]
    return 200, json.dumps({"sources_to_targets": rows})


def test_valhalla_table_and_route():
    with service(valhalla) as (url, asked):
        travel = ValhallaTravel(url)
        assert travel.seconds([A, B], [C], Mode.WALK).tolist() == [[60], [120]]
        route = travel.route(A, B, Mode.EBIKE)
    assert asked[0][1]["costing"] == "pedestrian"
    assert asked[1][1]["locations"][0] == {"lat": 30.58, "lon": 114.3}
    assert (route.metres, route.seconds, len(route.points)) == (1500, 333, 2)


def test_polyline_of_the_published_example():
    points = decode_polyline("_p~iF~ps|U_ulLnnqC_mqNvxq`@", 5)
    assert [(p.lat, p.lon) for p in points] == [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]
    with pytest.raises(IndexError):
        decode_polyline("_p~iF~ps|U_ulL", 5)


def amap(path, _):
    query = {key: values[0] for key, values in urllib.parse.parse_qs(path.split("?")[1]).items()}
    if query["key"] != "k1":
        return 200, json.dumps({"status": "0", "info": "INVALID_USER_KEY"})
    if path.startswith("/v5/"):
        steps = [{"polyline": f"{query['origin']};114.31,30.58"}, {"polyline": f"114.31,30.58;{query['destination']}"}]
        return 200, json.dumps({"status": "1", "route": {"paths": [{"distance": "1800", "duration": "420", "steps": steps}]}})
    starts = query["origins"].split("|")
    rows = [{"origin_id": str(at), "distance": "1", "duration": str(100 * at)} for at in range(1, len(starts) + 1)]
    return 200, json.dumps({"status": "1", "results": rows})


def test_amap_speaks_gcj02_outside_and_wgs84_inside():
    with service(amap) as (url, asked):
        travel = AmapTravel(url, "k1")
        assert travel.seconds([A, B], [C], Mode.EBIKE).tolist() == [[100], [200]]
        route = travel.route(A, B, Mode.EBIKE)
    told = urllib.parse.parse_qs(asked[0][0].split("?")[1])["destination"][0]
    lon, lat = map(float, told.split(","))
    assert metres_between(Point(lat, lon), gcj02_from_wgs84(C)) < 0.2
    assert metres_between(route.points[0], A) < 0.5
    assert (route.metres, route.seconds) == (1800, 420)


def test_amap_refused_is_degraded_and_does_not_tell_the_key():
    with service(amap) as (url, _):
        travel = AmapTravel(url, "wrong-key")
        assert travel.seconds([A], [B], Mode.WALK).tolist() == HaversineTravel().seconds([A], [B], Mode.WALK).tolist()
    assert travel.degraded
    assert "wrong-key" not in travel.last_failure


FAILURES = {
    "server error": (500, "{}"),
    "redirect": (302, ""),
    "not JSON": (200, "<html>"),
    "empty": (200, ""),
    "wrong shape": (200, json.dumps({"code": "Ok", "durations": [[1, 2, 3]]})),
    "ragged": (200, json.dumps({"code": "Ok", "durations": [[1], [2, 3]]})),
    "other type": (200, json.dumps([1, 2])),
    "words for numbers": (200, json.dumps({"code": "Ok", "durations": [["x", "y"], ["z", "w"]]})),
    "says no": (200, json.dumps({"code": "NoTable"})),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_every_failure_falls_back_and_says_so(kind):
    with service(lambda *_: FAILURES[kind]) as (url, asked):
        travel: HttpTravel = OsrmTravel(url)
        table = travel.seconds([A, B], [B, C], Mode.EBIKE)
        route = travel.route(A, B, Mode.EBIKE)
    assert table.tolist() == HaversineTravel().seconds([A, B], [B, C], Mode.EBIKE).tolist()
    assert route.approximate
    assert travel.degraded
    assert travel.last_failure
    assert "/elsewhere" not in [path for path, _ in asked]


def test_a_silent_service_is_not_waited_for_and_recovery_is_noticed():
    slow = threading.Event()

    def answer(path, body):
        slow.wait(5)
        return osrm(path, body)

    with service(answer) as (url, _):
        travel = OsrmTravel(url, timeout_s=0.1)
        travel.seconds([A], [B], Mode.EBIKE)
        assert travel.degraded
        slow.set()
        travel.seconds([A], [B], Mode.EBIKE)
        assert not travel.degraded


def test_nobody_listening_falls_back():
    travel = ValhallaTravel("http://127.0.0.1:9", timeout_s=0.5)
    assert travel.route(A, B, Mode.WALK).approximate
    assert travel.degraded


def test_an_empty_question_is_not_asked():
    travel = OsrmTravel("http://127.0.0.1:9")
    assert travel.seconds([], [A], Mode.WALK).shape == (0, 1)
    assert not travel.degraded


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,1"])
def test_only_http_is_asked(url):
    with pytest.raises(ServiceError):
        ask_json(url, None, 1)


def test_a_flood_is_cut_off():
    with service(lambda *_: (200, " " * (MAX_ANSWER_BYTES + 10))) as (url, _), pytest.raises(ServiceError, match="too large"):
        ask_json(url, None, 5)
