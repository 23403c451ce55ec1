"""Inputs of draws by label: every feature of a plan, awkward ids, events, and damage to all of it."""

import copy

from draws import drs1
from tests.draws.dice import Dice

LETTERS = [
    "A",
    "b",
    "Z9",
    "甲",
    "乙企业",
    "\U00020000",
    "\ufffd",
    "\ue000",
    "é",
    "e\u0301",
    "~",
    "!",
]
LETTERS += ["x y", "91340100MA2T", "ｱ", "\U0001f600", ":", "c,d", "--", "**", "\u200b", "\u3000x"]
CODES = ["A", "B", "C", "高", "\U00010000tier", "低 档", "z"]
AGENCIES = ["gongan", "shichang", "消防"]
PLACES = ["340102", "340103", "滨湖", "z"]
SKILLS = ["电", "fire", "cert-2", "\U00020001"]
REASONS = ["moved", "closed", "病假", "other"]
NASTY = [
    "\t",
    "\n",
    "\r",
    "\x00",
    "\x7f",
    "\u0085",
    "\u009f",
    "\u2028",
    "\ufeff",
    " ",
    "-",
    "*",
    ",",
    ":",
    "0",
    "9",
]
NASTY += ["\ud800", "\U00020000", "a", "P", "F", "X", "甲", "\t\t", "\n\n"]


def ssq(dice):
    front = pick_of(dice, 33, 6)
    return "-".join(f"{n:02d}" for n in front) + f"+{dice.between(1, 16):02d}"


def dlt(dice):
    front, back = pick_of(dice, 35, 5), pick_of(dice, 12, 2)
    return "+".join("-".join(f"{n:02d}" for n in part) for part in (front, back))


def pick_of(dice, most, count):
    left = list(range(1, most + 1))
    return sorted(left.pop(dice.below(len(left))) for _ in range(count))


def beacon(dice):
    """A ref and a value of every kind."""
    kind = dice.pick(["none", "none", "drand-quicknet", "ssq", "dlt", "ssq+dlt", "dice"])
    rolls = dice.between(1, 12)
    return {
        "none": (kind, "-", "-"),
        "drand-quicknet": (kind, str(dice.between(1, 10**6)), dice.hex()),
        "ssq": (kind, "2026031", ssq(dice)),
        "dlt": (kind, "26031", dlt(dice)),
        "ssq+dlt": (kind, "2026031+26031", f"{ssq(dice)}/{dlt(dice)}"),
        "dice": (kind, str(rolls), "".join(str(dice.between(1, 6)) for _ in range(rolls))),
    }[kind]


def text(magic, draw_id, rows):
    lines = sorted({"\t".join(map(str, row)) for row in rows})
    return "".join(f"{line}\n" for line in (f"{magic}\t{draw_id}", *lines))


def identifiers(dice, count):
    made = {f"{dice.pick(LETTERS)}{dice.pick(LETTERS)}{dice.below(40)}" for _ in range(count)}
    return sorted(id_.strip() for id_ in made)


def listed(dice, values):
    if dice.chance(30):
        return "*"
    return ",".join(sorted(dice.some(values, len(values)))) or "-"


def stratum(dice, code):
    mode = dice.pick(["up", "down", "half", "lr", "lr", "fixed"])
    value = dice.below(8) if mode == "fixed" else dice.pick([0, 1, 333333, 500000, 10**6, 123457])
    least = dice.pick([0, 0, 1, 3])
    most = dice.pick(["-", "-", least, least + 2])
    return ("stratum", code, mode, value, least, most, dice.below(2))


class Instance:
    """One input, made of its parts."""

    def __init__(self, label):
        self.dice = dice = Dice(label)
        self.draw_id = dice.pick(["T-1", "REHEARSAL-甲", "抽\U00020000", "341300-2026-001-1"])
        self.suite = dice.pick([drs1.SHA256, drs1.SHA256, drs1.SHA256, drs1.SM3])
        self.strata = dice.some(CODES, 4) or ["A"]
        self.agencies = dice.some(AGENCIES, 2)
        self.sealed = [f"封{k}" for k in range(dice.below(3))]
        self.spoken = [f"open{k}" for k in range(dice.below(3))]
        self.beacon = beacon(dice)
        self.plenty = dice.chance(40)  # people for everything: substitutes are drawn, not shifted
        plan = self.plan()
        ids = identifiers(dice, dice.below(28))
        staff = identifiers(dice, dice.below(10)) if self.agencies else []
        staff = [i.replace(",", ";") for i in staff]
        chain = drs1.chain(self.draw_id, dice.bytes(), 16, self.suite)
        self.data = {
            "draw_id": self.draw_id,
            "plan": text("DRS1-plan", self.draw_id, plan),
            "candidates": text("DRS1-candidates", self.draw_id, map(self.candidate, ids)),
            "inspectors": text("DRS1-inspectors", self.draw_id, map(self.inspector, staff)),
            "recusals": text("DRS1-recusals", self.draw_id, self.recusals(staff, ids)),
            "prev": dice.pick(["0" * 64, dice.hex()]),
            "anchor": chain[0],
            "chain": chain[1:2],
            "commits": {},
            "reveals": {},
            "beacon_value": self.beacon[2],
            "events": [],
        }
        self.contribute()
        self.happen(chain)

    def plan(self):
        dice = self.dice
        rows = [("suite", self.suite), ("beacon", *self.beacon[:2])]
        rows += [stratum(dice, code) for code in self.strata]
        rows += [("agency", code, dice.between(1, 3)) for code in self.agencies]
        rows += [("contributor", code, "sealed") for code in self.sealed]
        rows += [("contributor", code, "open") for code in self.spoken]
        rows += [("outside", code) for code in self.sealed if dice.chance(60)]
        rows += [("base", "registered")] * dice.chance(30)
        rows += [("forced", dice.pick(["inside", "outside"]))] * dice.chance(50)
        rows += [("floor", dice.pick([0, 200000, 900000]), dice.below(9))] * dice.chance(50)
        rows += [("batches", dice.between(1, 5))] * dice.chance(50)
        rows += [("missing", dice.pick(["proceed", "proceed", "void"]))] * dice.chance(50)
        rows += [("reason", code) for code in REASONS[:3]] * dice.chance(40)
        rows += [("title", "联合 抽查\u200b")] * dice.chance(20)
        rows += [("deadline", "reveal", "2026-02-28T23:59:59Z")] * dice.chance(20)
        return rows

    def candidate(self, id_):
        dice = self.dice
        status = dice.pick("PPPPPPFX")
        reason = "-" if status == "P" else dice.pick(REASONS)
        needs = [f"{g}:{tag}" for g in self.agencies for tag in SKILLS if dice.chance(8)]
        region = dice.pick([*PLACES, "-"])
        return id_, dice.pick(self.strata), status, reason, region, ",".join(sorted(needs)) or "-"

    def inspector(self, id_):
        dice = self.dice
        if self.plenty:
            return id_, dice.pick(self.agencies), "*", "*", 9, dice.below(4)
        where, what = listed(dice, PLACES), listed(dice, SKILLS)
        return id_, dice.pick(self.agencies), where, what, dice.below(5), dice.below(4)

    def recusals(self, staff, ids):
        rows = {(i, dice_id): "relative" for i in staff for dice_id in self.dice.some(ids, 2)}
        rows.update({(i, "*"): "ill" for i in staff if self.dice.chance(7)})
        return [(*key, reason) for key, reason in rows.items()]

    def contribute(self):
        freeze = drs1.digest(
            drs1.freeze_text(
                self.draw_id, self.data["anchor"], self.data["prev"], self.data, self.suite
            ),
            self.suite,
        )
        for code in self.sealed:
            value = self.dice.bytes()
            if self.dice.chance(90):
                self.data["commits"][code] = drs1.commit_digest(code, freeze, value, self.suite)
                if self.dice.chance(80):
                    self.data["reveals"][code] = value.hex()
        for code in self.spoken:
            if self.dice.chance(80):
                self.data["reveals"][code] = self.dice.pick(["银杏叶", "7 2 4", "\U00020000!"])

    def happen(self, chain):
        """Events on what was drawn; now and then one that cannot be."""
        dice = self.dice
        try:
            outcome = drs1.draw(self.data)
        except drs1.Refused:
            return
        waiting = [i for ids in outcome.waiting().values() for i in ids]
        known = [s.id for s in outcome.selected] + waiting
        while known and dice.chance(70):
            event = self.event(outcome, dice.pick(known if dice.chance(15) else known[:6]))
            trial = {**self.data, "events": [*self.data["events"], event]}
            trial["chain"] = chain[1 : 2 + sum(e["type"] == "substitute" for e in trial["events"])]
            try:
                drs1.draw(trial)
            except drs1.Refused:
                if dice.chance(85):
                    continue
            self.data = trial

    def event(self, outcome, target):
        dice, reason = self.dice, self.dice.pick(REASONS[:3])
        teams = [line.split("\t") for line in outcome.final_teams if not line.endswith("\t-")]
        if not teams or dice.chance(40):
            found = {"type": "replace", "target": target, "reason": reason}
            extra = {"evidence_sha256": dice.hex(), "proposed_by": "甲", "confirmed_by": "乙"}
            return {**found, **extra}
        _, target, agency, members = dice.pick(teams)
        event = {"type": "substitute", "target": target, "agency": agency, "reason": reason}
        event["inspector"] = dice.pick(members.split(","))
        return {**event, **dice.pick([{}, {"scope": "one"}, {"scope": "all"}])}


def valid(label):
    return Instance(label).data


def damaged(label):
    """An input with one thing changed; most are refused, some merely draw otherwise."""
    dice = Dice(f"{label} damage")
    data = copy.deepcopy(Instance(label).data)
    if dice.chance(60):  # a text file; without sealed values, whose commits would hide the change
        name = dice.pick(["plan", "candidates", "candidates", "inspectors", "recusals"])
        data["commits"] = {}
        data["reveals"] = {k: v for k, v in data["reveals"].items() if not k.startswith("封")}
        data[name] = damage(dice, data[name])
        return data
    key = dice.pick(sorted(data))
    data[key] = other(dice, data[key])
    if dice.chance(10):
        del data[key]
    return data


def damage(dice, text_):
    lines = text_.split("\n")
    at = dice.below(len(lines))
    at_char = dice.below(len(text_) + 1)
    how = dice.below(7)
    if how == 0:
        return text_[:at_char] + dice.pick(NASTY) + text_[at_char:]
    if how == 1:
        return text_[:at_char] + dice.pick(NASTY) + text_[at_char + 1 :]
    if how == 2:
        return text_[:at_char] + text_[at_char + 1 :]
    if how == 3:
        lines.insert(at, dice.pick(lines))
    elif how == 4:
        lines.pop(at)
    else:
        fields = lines[at].split("\t")
        fields[dice.below(len(fields))] = field(dice)
        lines[at] = "\t".join(fields)
        if how == 6:
            lines = [lines[0], *sorted(lines[1:-1]), lines[-1]]
    return "\n".join(lines)


def field(dice):
    odd = [
        "-",
        "*",
        "0",
        "1",
        "00",
        "99",
        "100",
        "1000000",
        "1000001",
        "999999999999",
        "P",
        "F",
        "X",
    ]
    odd += [
        "inside",
        "registered",
        "void",
        "lr",
        "a,b",
        "b,a",
        "gongan:电",
        "x" * 201,
        "",
        " ",
        "甲",
    ]
    return dice.pick(odd)


def other(dice, value):
    """Something else in the place of a member of an input."""
    if isinstance(value, dict) and value and dice.chance(70):
        key = dice.pick(sorted(value))
        return {**value, key: other(dice, value[key])}
    if isinstance(value, list) and value and dice.chance(70):
        at = dice.below(len(value))
        return [*value[:at], other(dice, value[at]), *value[at + 1 :]]
    if isinstance(value, str) and value and dice.chance(60):
        at = dice.below(len(value))
        return value[:at] + dice.pick([*NASTY, "f", "A"]) + value[at + 1 :]
    return dice.pick([None, 1, True, "", "-", [], {}, ["x"], {"x": "y"}, "0" * 64, "f" * 64])
