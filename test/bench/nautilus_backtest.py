"""NautilusTrader's BacktestEngine with strategies in Python: args MODE BARS.csv; prints one JSON line.

MODE cross: a moving-average cross in plain Python. MODE swarm: the demo's agents as one strategy; it publishes as many
events on the message bus as the demo's agents say (the third argument, per bar); with a folder as the fourth argument
they are recorded there.
"""

import csv
import json
import math
import sys
import time
from collections import deque
from decimal import Decimal

from nautilus_trader.backtest.config import BacktestEngineConfig
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.common.config import LoggingConfig
from nautilus_trader.core.data import Data
from nautilus_trader.indicators import BollingerBands
from nautilus_trader.indicators import MovingAverageConvergenceDivergence
from nautilus_trader.indicators import RelativeStrengthIndex
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.custom import customdataclass
from nautilus_trader.model.data import Bar, BarType, DataType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.config import StreamingConfig
from nautilus_trader.trading.strategy import Strategy

VENUE = Venue("SIM")
INSTRUMENT = Equity(
    instrument_id=InstrumentId(Symbol("SPX"), VENUE),
    raw_symbol=Symbol("SPX"),
    currency=USD,
    price_precision=2,
    price_increment=Price.from_str("0.01"),
    lot_size=Quantity.from_int(1),
    ts_event=0,
    ts_init=0,
)
BAR_TYPE = BarType.from_str("SPX.SIM-1-HOUR-LAST-EXTERNAL")
FAST, SLOW, UNITS = 10, 50, 10


class Base(Strategy):
    def __init__(self):
        super().__init__()
        self.bars = 0
        self.held = 0
        self.fills = []

    def on_start(self):
        self.subscribe_bars(BAR_TYPE)

    def trade(self, wanted):
        change = wanted - self.held
        if change == 0:
            return
        self.held = wanted
        side = OrderSide.BUY if change > 0 else OrderSide.SELL
        order = self.order_factory.market(INSTRUMENT.id, side, Quantity.from_int(abs(change)))
        self.submit_order(order)

    def on_order_filled(self, event):
        sign = 1 if event.order_side == OrderSide.BUY else -1
        quantity = sign * int(event.last_qty.as_double())
        self.fills.append([event.ts_event // 1000, quantity, str(event.last_px)])


class Cross(Base):
    def __init__(self):
        super().__init__()
        self.closes = deque()
        self.fast = 0.0
        self.slow = 0.0

    def on_bar(self, bar):
        self.bars += 1
        close = round(bar.close.as_double() * 100)
        self.closes.append(close)
        self.fast += close
        self.slow += close
        if len(self.closes) > FAST:
            self.fast -= self.closes[-1 - FAST]
        if len(self.closes) > SLOW:
            self.slow -= self.closes.popleft()
        if len(self.closes) == SLOW:
            self.trade(UNITS if self.fast * SLOW > self.slow * FAST else 0)


@customdataclass
class Said(Data):
    """An event that an agent says: what the demo's events carry, in short."""

    kind: str = ""
    agent: str = ""
    content: str = ""


SAID = DataType(Said)


class Swarm(Base):
    """The demo's indicators and forecasts; the count of events is given, their content is made for each."""

    def __init__(self, events):
        super().__init__()
        self.events = events
        self.said = 0
        self.sma50 = SimpleMovingAverage(50)
        self.sma200 = SimpleMovingAverage(200)
        self.rsi = RelativeStrengthIndex(14)
        self.macd = MovingAverageConvergenceDivergence(12, 26)
        self.bands = BollingerBands(20, 2)
        self.returns = deque(maxlen=252)
        self.last = None

    def on_start(self):
        super().on_start()
        self.subscribe_data(SAID)
        for one in (self.sma50, self.sma200, self.rsi, self.macd, self.bands):
            self.register_indicator_for_bars(BAR_TYPE, one)

    def on_data(self, data):
        self.said += 1

    def on_bar(self, bar):
        self.bars += 1
        price = bar.close.as_double()
        if self.last is not None:
            self.returns.append(math.log(price / self.last))
        self.last = price
        features = {
            "price": price,
            "sma50": self.sma50.value,
            "sma200": self.sma200.value,
            "rsi14": self.rsi.value,
            "macd": self.macd.value,
            "bands": self.bands.upper,
            "volatility20": self.volatility(20),
            "volatility252": self.volatility(252),
        }
        target = 0
        if self.sma200.initialized and features["volatility252"] is not None:
            trend = 1 if price > self.sma200.value else -1
            stretched = 1 if self.rsi.value < 0.3 else -1 if self.rsi.value > 0.75 else 0
            score = 0.2 + 0.15 * trend + 0.05 * (1 if self.macd.value > 0 else -1) + 0.35 * stretched
            up = 1 / (1 + math.exp(-score))
            scaled = (1 if trend > 0 else 0.25) * min(1, 0.14 / features["volatility20"])
            target = UNITS if scaled > 0.5 and up > 0.5 else 0
        text = json.dumps(features)
        for _ in range(int((self.bars) * self.events) - int((self.bars - 1) * self.events)):
            self.publish_data(SAID, Said(bar.ts_event, bar.ts_event, "decision", "agent", text))
        self.trade(target)

    def volatility(self, days):
        if len(self.returns) < days:
            return None
        last = list(self.returns)[-days:]
        mean = sum(last) / days
        return math.sqrt(sum((value - mean) ** 2 for value in last) / (days - 1) * 252)


def bars_of(path):
    with open(path, encoding="utf-8") as file:
        for at, *prices in csv.reader(file):
            ts = int(at) * 1000
            o, h, l, c = (Price.from_str(price) for price in prices)
            yield Bar(BAR_TYPE, o, h, l, c, Quantity.from_int(1_000_000), ts, ts)


mode, path, *rest = sys.argv[1:]
count, recorded = (float(rest[0]), rest[1:]) if mode == "swarm" else (0, [])
config = BacktestEngineConfig(
    trader_id=TraderId("BENCH-001"),
    logging=LoggingConfig(bypass_logging=True),
    # Feather files of all that goes over the bus, as NautilusTrader itself records a run.
    streaming=StreamingConfig(catalog_path=recorded[0]) if recorded else None,
)
engine = BacktestEngine(config=config)
engine.add_venue(
    venue=VENUE,
    oms_type=OmsType.NETTING,
    account_type=AccountType.CASH,
    base_currency=USD,
    starting_balances=[Money(10_000_000, USD)],
)
engine.add_instrument(INSTRUMENT)
engine.add_data(list(bars_of(path)))
strategy = Cross() if mode == "cross" else Swarm(count)
engine.add_strategy(strategy)
start, cpu = time.perf_counter(), time.process_time()
engine.run()
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
balance = engine.portfolio.account(VENUE).balance_total(USD)
print(
    json.dumps(
        {
            "seconds": seconds,
            "cpu": cpu,
            "bars": strategy.bars,
            "said": getattr(strategy, "said", 0),
            "fills": strategy.fills,
            "cash": str(Decimal(str(balance.as_decimal()))),
        }
    )
)
