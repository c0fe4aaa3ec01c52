"""Fills a catalog, replays it with NautilusTrader's own engine, and prints what a strategy was told, in order.

python nautilus-replay.py FOLDER-OF-TO_CATALOG CATALOG FILE…
"""

import sys

sys.path.insert(0, sys.argv[1])

from to_catalog import VENUE, write_catalog

from nautilus_trader.backtest.config import BacktestEngineConfig
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.enums import AccountType, OmsType
from nautilus_trader.model.objects import Money
from nautilus_trader.trading.strategy import Strategy


class Recorder(Strategy):
    def __init__(self, bars, instruments):
        super().__init__()
        self.bars, self.instruments, self.seen = bars, instruments, []

    def on_start(self):
        for bar_type in self.bars:
            self.subscribe_bars(bar_type)
        for instrument in self.instruments:
            self.subscribe_trade_ticks(instrument.id)

    def on_bar(self, bar):
        told = ("bar", bar.bar_type.instrument_id.symbol, bar.ts_event, bar.ts_init, bar.close)
        self.seen.append((*told, self.clock.timestamp_ns()))

    def on_trade_tick(self, tick):
        told = ("trade", tick.instrument_id.symbol, tick.ts_event, tick.ts_init, tick.price)
        self.seen.append((*told, self.clock.timestamp_ns()))


catalog = write_catalog(sys.argv[2], sys.argv[3:])
bars, trades = catalog.bars(), catalog.trade_ticks()
engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
engine.add_venue(VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(1_000_000, USD)], base_currency=USD)
instruments = catalog.instruments()
for instrument in instruments:
    engine.add_instrument(instrument)
for data in (bars, trades):
    if data:
        engine.add_data(data)
recorder = Recorder(sorted({bar.bar_type for bar in bars}, key=str), instruments)
engine.add_strategy(recorder)
engine.run()
for told in recorder.seen:
    print(" ".join(str(part) for part in told))
