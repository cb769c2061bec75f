"""
The crash run: two web processes, two workers, the scheduler and a logistics partner on real PostgreSQL and Valkey, with
shoppers and staff at work, while processes are killed at random, Valkey is flushed and PostgreSQL restarted.

    python -m bench.crash --rounds 12 --write

After each round everything that died is started again, what waits is worked off, and the books are read: what does not
agree is printed and the run ends with 1. Half of the rounds have 20 ms before each answer of the database, half 100 ms.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import http
from bench.delay import Delay
from config.embedded import ports, throwaway
from config.embedded.processes import spawn, wait_until

ROOT = Path(__file__).resolve().parent.parent
SECRET = "crash-run-" * 6
PREFIX = "/fr-fr"
SHOPPERS = 6
COLLECTING = 0.5
DELAYS_MS = (20.0, 100.0)
SETTLE_S = 150
FAULTS = ("away", "broken", "slow", "lost", "doubled", "forged")
ANSWERS = ("approve", "approve", "approve", "decline", "delay", "lose")


@dataclass
class Shop:
    """The processes of a run, by name, with the commands that bring them back."""

    environment: dict[str, str]
    folder: Path
    web_ports: tuple[int, int]
    partner_port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def commands(self) -> dict[str, list[str]]:
        """Name → command."""
        programs = Path(sys.executable).parent
        web = [
            str(programs / "granian"), "--interface", "wsgi", "--host", ports.HOST, "--workers", "1",
            "--blocking-threads", "2", "--no-ws", "--log-level", "error", "config.wsgi:application",
        ]  # fmt: skip
        worker = [
            str(programs / "celery"), "--quiet", "-A", "config.celery", "worker", "--queues", "now,soon,night",
            "--concurrency", "1", "--loglevel", "ERROR", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        beat = [
            str(programs / "celery"), "--quiet", "-A", "config.celery", "beat", "--loglevel", "ERROR", "--pidfile=",
            "--schedule", str(self.folder / "beat.db"),
        ]  # fmt: skip
        partner = [
            sys.executable, "-m", "apps.orders.logistics.simulator", "--port", str(self.partner_port), "--auto", "1",
            "--callback", f"http://{ports.HOST}:{self.web_ports[0]}/webhooks/logistics/",
        ]  # fmt: skip
        return {
            **{f"web{n}": [*web, "--port", str(port)] for n, port in enumerate(self.web_ports, start=1)},
            **{f"worker{n}": [*worker, "--hostname", f"w{n}@crash"] for n in (1, 2)},
            "beat": beat,
            "partner": partner,
        }

    def start(self) -> None:
        """Start whatever does not run, and wait until both shops answer."""
        for name, command in self.commands().items():
            process = self.running.get(name)
            if process is None or process.poll() is not None:
                with (self.folder / f"{name}.log").open("ab") as log:
                    self.running[name] = spawn(command, env=self.environment, cwd=ROOT, output=log)
        for port in self.web_ports:
            wait_until(lambda port=port: _answers(port), timeout_s=90, pause_s=0.2)

    def kill(self, name: str) -> None:
        """End a process and its children at once, as a power cut would."""
        process = self.running[name]
        pgrep = ["pgrep", "-P", str(process.pid)]
        children = subprocess.run(pgrep, capture_output=True, text=True, check=False)
        for pid in (*map(int, children.stdout.split()), process.pid):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        process.wait()

    def stop(self) -> None:
        """End everything."""
        for name in list(self.running):
            self.kill(name)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{ports.HOST}:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 -- the one good answer
    except OSError:
        return False


def buy(shop: Shop, chance: random.Random, products: list[int], cards: list[str]) -> str:
    """One guest's way to the bank and back; any step may fail when a process dies, and the guest gives up then."""
    visitor = http.Visitor(f"{ports.HOST}:{chance.choice(shop.web_ports)}")
    try:
        for product in chance.sample(products, k=chance.randint(1, 4)):
            visitor.post(f"{PREFIX}/basket/add/", {"product": str(product), "quantity": str(chance.randint(1, 2))})
        page = visitor.get(f"{PREFIX}/checkout/")
        told = {
            "email": "guest@crash.example",
            "name": "Demo Guest",
            "street": "1 rue",
            "postcode": "59000",
            "city": "L",
        }
        visitor.post(f"{PREFIX}/checkout/", {"csrfmiddlewaretoken": page.token, **told})
        page = visitor.get(f"{PREFIX}/checkout/delivery/")
        stores = re.findall(r'value="(collect:[a-z-]+)"', page.text)
        code = chance.choice(stores) if stores and chance.random() < COLLECTING else "standard"
        visitor.post(f"{PREFIX}/checkout/delivery/", {"csrfmiddlewaretoken": page.token, "delivery": code})
        review = visitor.get(f"{PREFIX}/checkout/review/")
        if chance.random() < 0.4:  # noqa: PLR2004 -- the others have no gift card
            card = {"csrfmiddlewaretoken": review.token, "code": chance.choice(cards)}
            visitor.post(f"{PREFIX}/checkout/credit/", card)
            review = visitor.get(f"{PREFIX}/checkout/review/")
        form = {
            "csrfmiddlewaretoken": review.token,
            "idempotency_key": review.field("idempotency_key"),
            "confirmed_total": review.field("confirmed_total"),
            "confirmed_due": review.field("confirmed_due"),
            "confirmed_latest": review.field("confirmed_latest"),
            "payment": "demo",
        }
        bank = visitor.post(f"{PREFIX}/checkout/place/", form).headers["Location"]
        if code != "standard" and "/demo-bank/" not in bank:
            return "paid by card of ours, to collect"
        if "/demo-bank/" not in bank:
            return "paid by card of ours" if form["confirmed_due"].startswith("0") else "placed"
        path = "/demo-bank/" + bank.split("/demo-bank/")[1]
        page = visitor.get(path)
        back = visitor.post(path, {"csrfmiddlewaretoken": page.token, "answer": chance.choice(ANSWERS)}, expect=303)
        if chance.random() < 0.7:  # noqa: PLR2004 -- the others close the window
            visitor.get("/payments/return/" + back.headers["Location"].split("/payments/return/")[1], expect=303)
    except http.UnexpectedAnswerError as answer:
        return f"refused {str(answer)[:90]}" if os.environ.get("CRASH_SAYS_WHY") else "refused"
    except (OSError, ValueError, KeyError, LookupError):
        return "broken off"
    finally:
        visitor.close()
    return "through" if code == "standard" else "through, to collect"


def disturb(shop: Shop, services: throwaway.Throwaway, chance: random.Random, done: Counter[str]) -> None:
    """Do one bad thing."""
    what = chance.choice(("web1", "web2", "worker1", "worker2", "beat", "valkey", "postgres", "partner"))
    done[what] += 1
    if what == "valkey":
        import redis

        redis.Redis.from_url(services.environment["REDIS_URL"]).flushall()
    elif what == "postgres":
        services.cluster.stop()
        services.cluster.start()
    elif what == "partner":
        fault = {chance.choice(FAULTS): 2}
        _post(shop.partner_port, "/_simulator/faults", fault)
        done[f"partner {next(iter(fault))}"] += 1
    else:
        shop.kill(what)
        time.sleep(chance.random())
        shop.start()


def _post(port: int, path: str, value: object) -> None:
    request = urllib.request.Request(f"http://{ports.HOST}:{port}{path}", json.dumps(value).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 -- this machine
        return


def one_round(
    shop: Shop, services: throwaway.Throwaway, *, number: int, seconds: float, products: list[int], cards: list[str]
) -> tuple[Counter[str], Counter[str], Counter[str], list[str]]:
    """Shoppers and staff at work, disturbed; then everything is brought to its end and the books are read."""
    from bench import crash_desk as desk
    from bench import crash_shop as work

    chance = random.Random(number)
    ways: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    staff: Counter[str] = Counter()
    is_over = threading.Event()

    def shopper(seed: int) -> None:
        mine = random.Random(seed)
        while not is_over.is_set():
            ways[buy(shop, mine, products, cards)] += 1

    threads = [threading.Thread(target=shopper, args=(number * 100 + each,)) for each in range(SHOPPERS)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        disturb(shop, services, chance, bad)
        staff += work.with_patience(lambda: work.staff_day(chance) + desk.desk_day(chance))
        time.sleep(chance.random())
    is_over.set()
    for thread in threads:
        thread.join()
    _post(shop.partner_port, "/_simulator/faults", {})
    shop.start()
    return ways, bad, staff, settle(work)


def settle(work: ModuleType) -> list[str]:
    """Let workers and the clock's jobs end what was begun; return what still does not agree after SETTLE_S seconds."""
    end = time.monotonic() + SETTLE_S
    while True:
        work.with_patience(work.hurry)
        work.with_patience(work.owners)
        time.sleep(2)
        left = work.with_patience(work.undone)
        wrong = left or work.with_patience(work.wrong)
        if not wrong or time.monotonic() > end:
            return list(wrong)


def main() -> int:
    """Run the rounds; return 1 when something did not agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    asked = parser.parse_args()
    services = throwaway.start()
    partner_port = ports.unused_port()
    web_ports = (ports.unused_port(), ports.unused_port())
    database = services.cluster.url(database="postgres")
    base = os.environ | {
        "HALLES_DEMO": "1", "DJANGO_SECRET_KEY": SECRET, "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database, "REDIS_URL": services.environment["REDIS_URL"], "EMAIL_URL": f"file://{services.folder}/mails",
        "MEDIA_STORAGE_URL": f"file://{services.folder}/media", "PUBLIC_ORIGIN": f"http://localhost:{web_ports[0]}",
        "LOGISTICS_BASE_URL": f"http://127.0.0.1:{partner_port}", "LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore",
        "LOGISTICS_SECRET": hashlib.sha256(SECRET.encode()).hexdigest(),
    }  # fmt: skip
    shop = Shop(dict(base), services.folder, web_ports, partner_port)
    rounds: list[dict[str, Any]] = []
    try:
        manage = (["collectstatic", "--noinput"], ["migrate"], ["seed_demo", "--no-pictures", "--orders", "0"])
        for command in (["-m", "config.messages", "compile"], *(["manage.py", *each] for each in manage)):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=base, check=True, capture_output=True)
        os.environ.update(base)
        import django

        django.setup()
        from apps.inventory.models import StockLevel
        from bench import crash_shop as work
        from bench import reliability

        places = StockLevel.objects.filter(location__code__in=("lyon", "roissy", "paris-marais", "lille"), free__gt=0)
        work.prefer_partner()
        work.charge_later()
        cards = work.gift_cards()
        # Half of them lie at the partner too, so that most orders are split.
        partners = set(places.filter(location__code="roissy").values_list("product_id", flat=True))
        others = set(places.values_list("product_id", flat=True)) - partners
        products = sorted(partners)[:20] + sorted(others)[:20] + work.kits_and_components()
        for number in range(1, asked.rounds + 1):
            delay_ms = DELAYS_MS[number % 2]
            proxy = Delay(target=services.cluster.port, delay_ms=delay_ms)
            shop.environment = base | {
                "DATABASE_URL": database.replace(f":{services.cluster.port}/", f":{proxy.port}/")
            }
            shop.stop()
            work.with_patience(work.stock_up)
            shop.start()
            ways, bad, staff, wrong = one_round(
                shop, services, number=number, seconds=asked.seconds, products=products, cards=cards
            )
            rounds.append({"delay_ms": delay_ms, "ways": ways, "bad": bad, "staff": staff, "wrong": wrong})
            print(f"round {number}: {dict(ways)} | {dict(bad)} | wrong: {wrong[:5]}", flush=True)
            shop.stop()
            proxy.close()
        if asked.write:
            path = ROOT / "docs" / "reliability.md"
            path.write_text(
                reliability.page(
                    rounds=rounds, counts=work.counts(), parcels=work.at_partner(), mails=work.handed_over()
                )
            )
    finally:
        shop.stop()
        services.stop()
    return 1 if any(each["wrong"] for each in rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
