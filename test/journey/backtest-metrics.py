"""Metrics of a backtest from their definitions, by other code: reads cases as JSON, prints results as JSON lines."""

import json
import math
import sys
from statistics import NormalDist

import numpy as np
import pandas as pd


NORMAL = NormalDist()


def standard_moment(values, order):
    centred = np.asarray(values) - np.mean(values)
    return np.mean(centred**order) / np.std(values) ** order


def measure(case):
    values = pd.Series(case["values"], dtype=float)
    per_year = case["periodsPerYear"]
    returns = values.pct_change().dropna()
    count = len(returns)
    ratio = returns.mean() / returns.std(ddof=1)
    water = values / values.cummax() - 1
    downside = np.sqrt((returns.clip(upper=0) ** 2).mean())
    annual = (values.iloc[-1] / values.iloc[0]) ** (per_year / count) - 1
    trials = case["trials"]
    best = 0.0
    if trials > 1:
        gamma = np.euler_gamma
        best = math.sqrt(1 / (count - 1)) * (
            (1 - gamma) * NORMAL.inv_cdf(1 - 1 / trials) + gamma * NORMAL.inv_cdf(1 - 1 / (trials * math.e))
        )
    spread = 1 - standard_moment(returns, 3) * ratio + (standard_moment(returns, 4) - 1) / 4 * ratio**2
    return {
        "periods": count,
        "totalReturn": values.iloc[-1] / values.iloc[0] - 1,
        "annualReturn": annual,
        "volatility": returns.std(ddof=1) * math.sqrt(per_year),
        "depth": -water.min(),
        "trough": int(water.idxmin()),
        "sharpe": ratio * math.sqrt(per_year),
        "sharpeError": math.sqrt((1 + ratio**2 / 2) / count * per_year),
        "deflatedSharpe": NORMAL.cdf((ratio - best) * math.sqrt(count - 1) / math.sqrt(spread)),
        "sortino": returns.mean() / downside * math.sqrt(per_year),
        "calmar": annual / -water.min(),
    }


with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        print(json.dumps(measure(json.loads(line))))
