"""Recounts votes from a log, written from the text of the rules alone (packages/view-coordination).

Reads a file with one partition a line: a JSON array of its admitted records in order, each with the fields
`offset`, `known_from` and `event`. Prints the results of each partition as a JSON array, one line each.
"""

import itertools
import json
import sys

RESERVED = ("abstain", "veto")


class Proposal:
    def __init__(self, event, offset):
        self.event = event
        self.offset = offset
        self.weights = {}
        for voter in event["electorate"]:
            self.weights.setdefault(voter["agent"], voter["weight"])
        self.votes = {}
        self.uncounted = []
        self.result = None

    def leave_out(self, agent, offset, reason):
        self.uncounted.append({"offset": offset, "agent": agent, "reason": reason})

    def refusal(self, vote, known_from):
        event, agent, choice = self.event, vote["agent"], vote["choice"]
        if self.result is not None:
            return "TOO_LATE" if known_from > event["deadline_at"] else "ALREADY_DECIDED"
        is_voter, is_vetoer = agent in self.weights, agent in event["vetoers"]
        if not is_voter and not (is_vetoer and choice in RESERVED):
            return "NOT_IN_ELECTORATE"
        if choice == "veto" and not is_vetoer:
            return "NO_VETO"
        if choice not in RESERVED:
            if event["rule"] == "OPTIONS" and choice not in event["options"]:
                return "UNKNOWN_OPTION"
            if event["rule"] == "MEDIAN" and vote["value"] is None:
                return "NO_VALUE"
        if event["revote"] == "FIRST" and agent in self.votes:
            return "ALREADY_VOTED"
        return None

    def cast(self, vote, offset, known_from):
        agent = vote["agent"]
        reason = self.refusal(vote, known_from)
        if reason is not None:
            return self.leave_out(agent, offset, reason)
        if agent in self.votes:
            self.leave_out(agent, self.votes[agent]["offset"], "SUPERSEDED")
        ballot = {"choice": vote["choice"], "value": vote["value"], "offset": offset}
        self.votes[agent] = ballot
        if vote["choice"] == "veto" or self.is_decided():
            self.decide(offset)

    def ballots(self, votes):
        return [(w, votes[agent]) for agent, w in self.weights.items() if agent in votes]

    def turnout(self, votes):
        total = sum(self.weights.values())
        if self.weights and all(agent in votes for agent in self.weights):
            return 1
        return sum(w for w, _ in self.ballots(votes)) / total if total > 0 else 0

    def outcome(self, votes):
        """(winner, value), quorum and vetoes aside."""
        cast = [(w, b) for w, b in self.ballots(votes) if b["choice"] not in RESERVED]
        decisive = sum(w for w, _ in cast)
        if self.event["rule"] == "MEDIAN":
            reached = 0
            for value, weight in sorted((b["value"], w) for w, b in cast):
                reached += weight
                if decisive > 0 and reached >= decisive / 2:
                    return None, value
            return None, None
        weight_of = {option: 0 for option in self.event["options"] if option not in RESERVED}
        for weight, ballot in cast:
            weight_of[ballot["choice"]] += weight
        for option, weight in weight_of.items():
            others = [w for other, w in weight_of.items() if other != option]
            if weight > self.event["threshold"] * decisive and all(weight > w for w in others):
                return option, None
        return None, None

    def status(self, votes):
        winner, value = self.outcome(votes)
        if self.event["rule"] == "MEDIAN":
            return "REJECTED" if value is None else "APPROVED"
        return "REJECTED" if winner in (None, "reject") else "APPROVED"

    def is_decided(self):
        event, votes = self.event, self.votes
        if self.turnout(votes) < event["quorum"]:
            return False
        waiting = any(agent not in votes for agent in event["vetoers"])
        if waiting and self.status(votes) == "APPROVED":
            return False
        missing = [agent for agent in self.weights if agent not in votes]
        now = self.outcome(votes)
        return all(self.outcome({**votes, **way}) == now for way in self.ways(missing))

    def ways(self, missing):
        """All that those who have not voted can do."""
        if self.event["rule"] == "MEDIAN":
            values = {b["value"] for b in self.votes.values() if b["value"] is not None}
            ballots = [{"choice": "v", "value": v} for v in {*values, -1e300, 1e300, 0.125}]
        else:
            options = set(self.event["options"]) - set(RESERVED)
            ballots = [{"choice": option, "value": None} for option in options]
        ballots.append({"choice": "abstain", "value": None})
        for chosen in itertools.product(ballots, repeat=len(missing)):
            yield dict(zip(missing, chosen))

    def tallies(self):
        median = self.event["rule"] == "MEDIAN"
        rows = {c: [0, 0] for c in (["value"] if median else self.event["options"]) if c not in RESERVED}
        rows["abstain"] = [0, 0]
        for weight, ballot in self.ballots(self.votes):
            choice = ballot["choice"]
            if choice == "veto":
                continue
            row = rows["value" if median and choice != "abstain" else choice]
            row[0] += weight
            row[1] += 1
        return [{"choice": c, "weight": w, "votes": n} for c, (w, n) in rows.items()]

    def decide(self, offset):
        votes = self.votes
        vetoed_by = next((a for a, b in votes.items() if b["choice"] == "veto"), None)
        status, winner, value = "REJECTED", None, None
        if vetoed_by is None and self.turnout(votes) < self.event["quorum"]:
            status = "EXPIRED"
        elif vetoed_by is None:
            status, (winner, value) = self.status(votes), self.outcome(votes)
        self.result = {
            "swarm": self.event["swarm"],
            "run": self.event["run"],
            "proposal": self.event["proposal"],
            "status": status,
            "winner": winner,
            "tallies": self.tallies(),
            "turnout": self.turnout(votes),
            "decided_offset": offset,
            "evidence": sorted([self.offset, *(b["offset"] for b in votes.values())]),
            "value": value,
            "vetoed_by": vetoed_by,
            "uncounted": self.uncounted[:100],
        }


class Run:
    def __init__(self):
        self.proposals = {}
        self.owners = {}
        self.strays = []

    def take(self, record):
        """Results that a record brings about, in order."""
        event, offset, known_from = record["event"], record["offset"], record["known_from"]
        late = [
            p
            for p in self.proposals.values()
            if p.result is None and p.event["deadline_at"] < known_from
        ]
        late.sort(key=lambda p: (p.event["deadline_at"], p.offset))
        for proposal in late:
            proposal.decide(offset)
        results = [p.result for p in late]
        if event["kind"] not in ("proposal", "vote"):
            return results
        who = (event["swarm"], event["agent"])
        is_forged = self.owners.setdefault(event["session"], who) != who
        name = (event["swarm"], event["proposal"])
        proposal = self.proposals.get(name)
        if is_forged or (proposal is None) == (event["kind"] == "vote"):
            other = "NO_PROPOSAL" if proposal is None else "NAME_TAKEN"
            self.leave_out(name, event["agent"], offset, "FORGED" if is_forged else other)
        elif event["kind"] == "proposal":
            opened = self.proposals[name] = Proposal(event, offset)
            for stray_name, *stray in self.strays:
                if stray_name == name:
                    opened.leave_out(*stray)
            self.strays = [stray for stray in self.strays if stray[0] != name]
        else:
            was_open = proposal.result is None
            proposal.cast(event, offset, known_from)
            if was_open and proposal.result is not None:
                results.append(proposal.result)
        return results

    def leave_out(self, name, agent, offset, reason):
        if name in self.proposals:
            self.proposals[name].leave_out(agent, offset, reason)
        else:
            self.strays.append((name, agent, offset, reason))


def recount(records):
    runs, results = {}, []
    for record in records:
        results += runs.setdefault(record["event"]["run"], Run()).take(record)
    return results


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            print(json.dumps(recount(json.loads(line))))
