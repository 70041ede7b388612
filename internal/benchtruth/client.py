"""The Python client of benchtruth: aiohttp as benchmarks of inference servers use it."""
import asyncio, json, os, resource, ssl, sys, time

try:
    import aiohttp
except ImportError:
    print("aiohttp is missing", file=sys.stderr)
    sys.exit(77)

plan = json.loads(sys.argv[1])
page = os.sysconf("SC_PAGE_SIZE")
body = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"ping"}]}'
if plan["Body"]:
    with open(plan["Body"], "rb") as f:
        body = f.read()


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * page


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


async def stream(session, i, due):
    s = {"id": "benchtruth%010d" % i, "first": 0, "last": 0, "read": 0, "events": 0, "schedule_lag": 0}
    wait = due - time.monotonic_ns()
    if wait > 0:
        await asyncio.sleep(wait / 1e9)
    s["start"] = s["sent"] = time.monotonic_ns()
    s["schedule_lag"] = s["start"] - due
    url = ("https" if plan["Secure"] else "http") + "://" + plan["Address"] + "/v1/chat/completions"
    try:
        headers = {"X-Request-Id": s["id"], "Content-Type": "application/json"}
        async with session.post(url, data=body, headers=headers, trace_request_ctx=s) as r:
            buf = b""
            async for data in r.content.iter_any():
                now = time.monotonic_ns()  # before parsing
                buf += data
                while (end := buf.find(b"\n\n")) >= 0:
                    event, buf = buf[:end], buf[end + 2:]
                    if not event.startswith(b"data: {"):
                        continue
                    if json.loads(event[6:])["choices"][0]["delta"].get("content"):
                        s["first"] = s["read"] = s["first"] or now
                        s["last"] = now
                        s["events"] += 1
    except Exception as e:
        s["error"] = repr(e)
    return s


async def sent(session, context, params):
    """aiohttp's own notice that a chunk of the body is sent: benchmarks take the end of the upload from it."""
    context.trace_request_ctx["sent"] = time.monotonic_ns()


def traces():
    if not plan["Body"]:
        return None
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(sent)
    return [trace]


async def main():
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    bare, before, idle = resident(), cpu(), 0
    start = time.monotonic_ns() + 100_000_000
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=trust),
        timeout=aiohttp.ClientTimeout(total=None),
        read_bufsize=1 << 16,
        trace_configs=traces(),
    ) as session:
        dues = [start + plan["Ramp"] * i // plan["Streams"] for i in range(plan["Streams"])]
        tasks = [asyncio.create_task(stream(session, i, due)) for i, due in enumerate(dues)]
        await asyncio.sleep((plan["Ramp"] + plan["Delay"] / 10) / 1e9)
        idle = resident()
        streams = await asyncio.gather(*tasks)
    json.dump({"streams": streams, "cpu": cpu() - before, "bare": bare, "idle": idle, "peak": resident()}, sys.stdout)


asyncio.run(main())
