"""Puts exported bars and trades into a NautilusTrader catalog.

    waggle export --kind bar   --format parquet --out bars.parquet   --data .waggle
    waggle export --kind trade --format parquet --out trades.parquet --data .waggle
    python to_catalog.py CATALOG bars.parquet trades.parquet

ts_event is when it happened, ts_init when it counted as known: the engine replays in the order of ts_init, which is
the order of Waggle's replay. Instruments become contracts for difference in US dollars at the venue WAGGLE; put your
own into the catalog where that matters.
"""

import re
import sys
from decimal import Decimal

import pyarrow.parquet as parquet
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType, TradeTick
from nautilus_trader.model.enums import AggressorSide, AssetClass
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import Cfd
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.persistence.catalog import ParquetDataCatalog

VENUE = Venue("WAGGLE")
PRECISION = 9
UNITS = {"S": "SECOND", "M": "MINUTE", "H": "HOUR", "D": "DAY", "W": "WEEK"}
SIDES = {"BUY": AggressorSide.BUYER, "SELL": AggressorSide.SELLER}


def instrument_id(name):
    return InstrumentId(Symbol(name), VENUE)


def bar_type(name, interval):
    """P1D -> 1-DAY-LAST, PT5M -> 5-MINUTE-LAST."""
    match = re.fullmatch(r"PT?(\d+)([SMHDW])", interval)
    if match is None:
        raise ValueError(f"{interval}: the engine has no bars of this length")
    return BarType.from_str(f"{instrument_id(name)}-{match[1]}-{UNITS[match[2]]}-LAST-EXTERNAL")


def price(value):
    return Price.from_str(f"{Decimal(value):.{PRECISION}f}")


def quantity(value):
    return Quantity.from_str(f"{Decimal(value):.{PRECISION}f}")


def contract(name):
    return Cfd(
        instrument_id=instrument_id(name),
        raw_symbol=Symbol(name),
        asset_class=AssetClass.EQUITY,
        quote_currency=USD,
        price_precision=PRECISION,
        size_precision=PRECISION,
        price_increment=price("0.000000001"),
        size_increment=quantity("0.000000001"),
        ts_event=0,
        ts_init=0,
    )


def clocks(row):
    return int(row["occurred_at"].value), row["ts_init"]


def bar(row):
    prices = [price(row[name]) for name in ("open", "high", "low", "close")]
    kind = bar_type(row["instrument"], row["interval"])
    return Bar(kind, *prices, quantity(row["volume"]), *clocks(row))


def trade(row):
    side = SIDES.get(row["side"], AggressorSide.NO_AGGRESSOR)
    name = TradeId(row["trade_id"] or row["id"])
    amounts = price(row["price"]), quantity(row["quantity"])
    return TradeTick(instrument_id(row["instrument"]), *amounts, side, name, *clocks(row))


def write_catalog(folder, files):
    catalog = ParquetDataCatalog(folder)
    rows = [row for file in files for row in parquet.read_table(file).to_pandas().to_dict("records")]
    rows.sort(key=lambda row: row["ts_init"])
    catalog.write_data([contract(name) for name in sorted({row["instrument"] for row in rows})])
    for make, column in ((bar, "open"), (trade, "side")):
        data = [make(row) for row in rows if column in row]
        if data:
            catalog.write_data(data)
    return catalog


if __name__ == "__main__":
    write_catalog(sys.argv[1], sys.argv[2:])
