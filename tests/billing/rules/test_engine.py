"""What lines and findings carry besides their code: keys, reasons, policies by day, sources outside."""

from dataclasses import replace
from datetime import date

from billing.rules import charge_lines, load_codebook
from billing.rules.course_file import read_course
from billing.rules.facts import CourseFacts, PayerFacts, PolicyFacts, PolicyPeriod, StandingLineFacts, StayFacts
from billing.rules.lines import ChargeLine, Family, Finding, Outcome, Severity
from patients.terms import DeliveryCodeSet, PayerKind

Keys = dict[str, object]


def course(
    *,
    day: str = "2023-04-11",
    practice: Keys | None = None,
    payer: str = "medicare",
    plan: Keys | None = None,
    sessions: list[Keys] | None = None,
    **more: object,
) -> CourseFacts:
    """Return a lung course with one session at nine, changed where a test says so."""
    source: Keys = {
        "format": 1,
        "id": "lung",
        "practice": {"setting": "hospital", "bills": "technical"} | (practice or {}),
        "payer": {"kind": payer},
        "course": {"diagnoses": ["C34.11"], "opened_on": "2001-01-02"},
        "plan": [{"key": "P", "site": "lung", "technique": "vmat", "isocenters": 1, "approved_on": day} | (plan or {})],
        "session": [{"key": "s", "at": f"{day}T09:00:00", "plans": ["P"]}] if sessions is None else sessions,
    }
    return read_course(source | more, "lung.json").facts


def outcome(facts: CourseFacts) -> Outcome:
    return charge_lines(facts, load_codebook())


def delivery(facts: CourseFacts) -> ChargeLine:
    [line] = [line for line in outcome(facts).lines if line.family is Family.DELIVERY]
    return line


def plan_lines(facts: CourseFacts) -> list[ChargeLine]:
    return [line for line in outcome(facts).lines if line.family is Family.PLAN]


def findings(facts: CourseFacts, code: str) -> list[Finding]:
    return [finding for finding in outcome(facts).findings if finding.code == code]


# --- keys ---------------------------------------------------------------------------------------------------------


def test_a_line_keeps_its_key_when_a_corrected_fact_changes_its_code_units_or_modifiers() -> None:
    as_first_told = delivery(course())
    corrected = delivery(course(plan={"site": "breast"}))
    stopped = delivery(
        course(sessions=[{"key": "s", "at": "2023-04-11T09:00:00", "plans": ["P"], "status": "partial"}])
    )
    assert {line.code for line in (as_first_told, corrected)} == {"77386", "77385"}
    assert stopped.modifiers == ("52",)
    assert {as_first_told.key, corrected.key, stopped.key} == {"delivery/session:s/institutional"}


def test_the_two_claims_of_one_plan_have_two_keys() -> None:
    lines = plan_lines(course(practice={"bills": "both"}, sessions=[]))
    assert [line.key for line in lines] == ["plan/plan:P/professional", "plan/plan:P/institutional"]


def test_a_plan_keeps_its_key_whether_it_is_planned_as_imrt_or_not() -> None:
    [imrt] = plan_lines(course(plan={"technique": "sbrt", "imrt_planned": True}, sessions=[]))
    [conformal] = plan_lines(course(plan={"technique": "sbrt"}, sessions=[]))
    assert (imrt.code, conformal.code) == ("77301", "77295")
    assert imrt.key == conformal.key


# --- reasons ------------------------------------------------------------------------------------------------------


def test_the_reason_of_a_line_names_rule_table_row_source_and_facts() -> None:
    because = delivery(course(plan={"site": "prostate", "includes_nodes": True})).because
    assert (because.rule, because.table, because.row) == ("L2", "delivery.toml", 3)
    assert "Code-lookup page of 77385" in because.source
    assert dict(because.facts) == {
        "plan": "P",
        "site": "prostate",
        "technique": "vmat",
        "site_row": "sites.toml row 1",
        "nodes": True,
        "nodes_level": None,
    }


def test_what_no_publication_says_is_marked_as_recalled() -> None:
    because = delivery(course(plan={"technique": "sbrt"})).because
    assert because.source.endswith("(recalled, not read there: start)")


def test_the_reason_of_a_level_tells_its_grounds() -> None:
    facts = course(day="2026-04-13", plan={"isocenters": 2, "active_motion_management": "gating"})
    assert dict(delivery(facts).because.facts)["grounds"] == "isocenters, motion"


def test_the_plan_that_decided_a_session_is_named() -> None:
    facts = course(plan={"site": "prostate"})
    other = replace(facts.plans[0], key="Q", site=course().plans[0].site, ordinal=2)
    both = replace(facts, plans=(facts.plans[0], other), sessions=(replace(facts.sessions[0], plans=("P", "Q")),))
    assert dict(delivery(both).because.facts)["plan"] == "Q"


# --- policies by day ----------------------------------------------------------------------------------------------


def test_each_session_is_charged_under_the_policy_of_its_day() -> None:
    days = ("2019-12-31", "2020-01-01", "2021-01-01")
    facts = course(
        day="2019-12-01",
        practice={"setting": "freestanding", "bills": "global"},
        sessions=[{"key": day, "at": f"{day}T09:00:00", "plans": ["P"]} for day in days],
    )
    payer = PayerFacts(
        PayerKind.MEDICARE,
        (
            PolicyPeriod(PolicyFacts(delivery_code_set=DeliveryCodeSet.CPT), effective_to=date(2019, 12, 31)),
            PolicyPeriod(PolicyFacts(), date(2020, 1, 1), date(2020, 12, 31)),
            PolicyPeriod(PolicyFacts(delivery_code_set=DeliveryCodeSet.CPT), effective_from=date(2021, 1, 1)),
        ),
    )
    lines = outcome(replace(facts, payer=payer)).lines
    assert [line.code for line in lines if line.family is Family.DELIVERY] == ["77386", "G6015", "77386"]


def test_insurance_that_changes_in_the_middle_changes_the_code_set_from_that_day() -> None:
    sessions: list[Keys] = [
        {"key": day, "at": f"{day}T09:00:00", "plans": ["P"]} for day in ("2022-03-31", "2022-04-01")
    ]
    facts = course(day="2022-03-21", practice={"setting": "freestanding", "bills": "global"}, sessions=sessions)
    turned_65 = PolicyPeriod(PolicyFacts(), date(2022, 4, 1), kind=PayerKind.MEDICARE)
    payer = PayerFacts(PayerKind.COMMERCIAL, (PolicyPeriod(PolicyFacts(), None, date(2022, 3, 31)), turned_65))
    lines = outcome(replace(facts, payer=payer)).lines
    assert [line.code for line in lines if line.family is Family.DELIVERY] == ["77386", "G6015"]


def test_a_day_without_a_policy_has_the_defaults_of_the_rules() -> None:
    facts = course(day="2022-03-08", practice={"setting": "freestanding", "bills": "global"})
    assert delivery(replace(facts, payer=PayerFacts(PayerKind.MEDICARE))).code == "G6015"


# --- findings -----------------------------------------------------------------------------------------------------


def test_a_hold_that_stands_in_place_of_a_line_names_none() -> None:
    facts = course(practice={"bills": "both", "place_of_service": "21"}, sessions=[])
    [hold] = findings(facts, "inpatient-technical")
    assert (hold.subject, hold.lines) == ("P", ())
    assert [(line.modifiers, line.held) for line in plan_lines(facts)] == [(("26",), False)]


ADMITTED_TO_PLAN = (StayFacts(date(2023, 4, 11), date(2023, 4, 12)),)


def test_of_a_plan_and_events_in_a_stay_the_physicians_part_alone_stands_and_at_the_inpatients_place() -> None:
    events: list[Keys] = [
        {"code_family": "special_treatment", "on": "2023-04-12", "by": "physician"},
        {"code_family": "device_complex", "on": "2023-04-12"},
        {"code_family": "device_complex", "on": "2023-04-13"},
    ]
    plan: Keys = {"arcs": 2, "respiratory_motion_simulation": True}
    told = course(practice={"bills": "both"}, plan=plan, sessions=[], event=events)
    facts = replace(told, stays=ADMITTED_TO_PLAN)
    lines = outcome(facts).lines
    in_the_stay = [line for line in lines if line.on < date(2023, 4, 13)]
    assert sorted(line.code for line in in_the_stay) == ["77293", "77300", "77301", "77334", "77338", "77470"]
    assert {(line.modifiers[0], line.place_of_service) for line in in_the_stay} == {("26", "21")}
    assert [(line.code, line.place_of_service) for line in lines if line not in in_the_stay] == [("77334", "22")] * 2
    holds = findings(facts, "inpatient-technical")
    assert [(hold.subject, hold.lines) for hold in holds] == [
        ("P", ()), ("device_complex 2023-04-12", ()), ("special_treatment 2023-04-12", ())
    ]  # fmt: skip
    assert findings(told, "inpatient-technical") == []


def test_a_freestanding_centre_has_no_line_of_a_plan_in_a_stay_that_goes_on() -> None:
    facts = course(practice={"setting": "freestanding", "bills": "global"}, sessions=[])
    facts = replace(facts, stays=(StayFacts(date(2023, 4, 11)),))
    assert outcome(facts).lines == ()
    assert [hold.subject for hold in findings(facts, "inpatient-technical")] == ["P"]


def test_physics_and_management_dated_in_a_stay_are_the_physicians_at_the_inpatients_place() -> None:
    facts = course(practice={"bills": "both"}, session_run=[
        {"plans": ["P"], "first": "2023-04-12", "count": 5, "times": ["09:00:00"]}
    ], sessions=[], event=[{"code_family": "visit", "on": "2023-04-12", "by": "physician"}])  # fmt: skip
    facts = replace(facts, stays=(StayFacts(date(2023, 4, 18), date(2023, 4, 18)),))
    lines = [line for line in outcome(facts).lines if line.family in (Family.MANAGEMENT, Family.PHYSICS)]
    assert [(line.code, line.on, line.place_of_service) for line in lines] == [("77427", date(2023, 4, 18), "21")]


def test_a_keyed_line_of_the_physician_in_a_stay_repeats_what_the_rules_make_there() -> None:
    keyed: list[Keys] = [{"code": "77301", "on": "2023-04-11", "modifiers": ["26"]}]
    facts = course(practice={"bills": "both"}, sessions=[], manual_line=keyed)
    for stays in ((), ADMITTED_TO_PLAN):
        [hold] = findings(replace(facts, stays=stays), "duplicate-line")
        assert hold.subject == "77301 2023-04-11"


def test_a_hold_names_the_lines_of_both_claims() -> None:
    [hold] = findings(course(practice={"bills": "both"}, plan={"dvh_documented": False}, sessions=[]), "dvh-missing")
    assert hold.lines == ("plan/plan:P/professional", "plan/plan:P/institutional")


def test_a_warning_holds_nothing() -> None:
    facts = course(plan={"planning_method": "forward"}, sessions=[])
    [warning] = findings(facts, "forward-planned")
    [line] = plan_lines(facts)
    assert warning.severity is Severity.WARNING
    assert (line.held, line.findings) == (False, ("forward-planned",))


def test_the_motion_record_is_an_info_where_another_ground_stands() -> None:
    facts = course(day="2026-04-13", plan={"isocenters": 2, "active_motion_management": "gating"})
    [info] = findings(facts, "motion-record-incomplete")
    assert (info.severity, info.lines) == (Severity.INFO, ("delivery/session:s/institutional",))


def test_a_session_a_minute_too_early_is_not_told_to_have_waited_the_hours_asked_for() -> None:
    at = ("2023-04-11T08:00:00", "2023-04-11T13:59:00")
    facts = course(sessions=[{"key": f"s{n}", "at": one, "plans": ["P"]} for n, one in enumerate(at)])
    [hold] = findings(facts, "sessions-too-close")
    assert hold.message == "Only 5 h 59 min after the session of 08:00, not the 6 h asked for: no line."


def test_a_session_that_comes_again_with_another_story_is_warned_of_and_the_first_stands() -> None:
    first: Keys = {"key": "s", "at": "2023-04-11T09:00:00", "plans": ["P"]}
    facts = course(sessions=[first, first | {"status": "partial"}])
    assert delivery(facts).modifiers == ()
    [warning] = findings(facts, "session-arrived-otherwise")
    assert warning.severity is Severity.WARNING


def test_a_refusal_names_the_code_that_came_after() -> None:
    [refusal] = findings(course(manual_line=[{"code": "77418", "on": "2020-04-06"}]), "code-not-in-force")
    assert "It was replaced by 77385, 77386, G6015." in refusal.message
    [unknown] = findings(course(manual_line=[{"code": "99499", "on": "2020-04-06"}]), "code-not-in-force")
    assert "is in none of the tables" in unknown.message


def test_every_reason_to_refuse_a_keyed_line_is_told_at_once() -> None:
    keyed: Keys = {"code": "77385", "on": "2023-04-12", "modifiers": ["26", "50"]}
    refused = [f.code for f in outcome(course(manual_line=[keyed])).findings if f.severity is Severity.REFUSED]
    assert refused == ["component-modifier-invalid", "modifier-not-applicable"]


# --- other sources and shared units -------------------------------------------------------------------------------


def test_a_line_that_repeats_one_imported_from_elsewhere_is_held() -> None:
    facts = course()
    imported = StandingLineFacts("77386", date(2023, 4, 11), (), "22", "imported from the old system")
    [hold] = findings(replace(facts, standing_lines=(imported,)), "duplicate-line")
    assert hold.subject == "s"
    assert "imported from the old system" in hold.message
    for other in (replace(imported, modifiers=("76",)), replace(imported, place_of_service="19")):
        assert findings(replace(facts, standing_lines=(other,)), "duplicate-line") == []


def test_each_kind_of_claim_counts_its_own_authorized_units() -> None:
    authorized: Keys = {"codes": ["77301"], "units": 1, "effective_from": "2023-04-01", "effective_to": "2023-05-31"}
    facts = course(practice={"bills": "both"}, sessions=[], authorization=[authorized])
    assert [line.held for line in plan_lines(facts)] == [False, False]


def test_a_line_that_finds_too_few_units_leaves_them_to_the_next() -> None:
    authorized: Keys = {"codes": ["77407"], "units": 1, "effective_from": "2026-04-14", "effective_to": "2026-05-31"}
    sessions: list[Keys] = [{"at": f"2026-04-{day}T09:00:00", "plans": ["P"]} for day in (13, 14, 15)]
    facts = course(day="2026-04-10", sessions=sessions, authorization=[authorized])
    held = [(line.on.day, line.findings) for line in outcome(facts).lines if line.family is Family.DELIVERY]
    assert held == [(13, ("authorization-expired",)), (14, ()), (15, ("authorization-exceeded",))]


def test_a_line_of_more_units_than_are_left_is_not_told_that_they_are_used_up() -> None:
    authorized: Keys = {"codes": ["77300"], "units": 5, "effective_from": "2023-04-01", "effective_to": "2023-05-31"}
    facts = course(plan={"static_fields": 7}, sessions=[], authorization=[authorized])
    [hold] = findings(facts, "authorization-exceeded")
    assert hold.message.startswith("No authorization has the 7 units of this line left on 2023-04-11, at most 5.")


def test_the_limit_of_a_code_that_changed_its_meaning_only_warns() -> None:
    keyed: Keys = {"code": "77387", "units": 2, "modifiers": ["26"]}
    freestanding: Keys = {"setting": "freestanding", "bills": "global"}
    for day, severity in (("2025-12-31", Severity.HOLD), ("2026-01-01", Severity.WARNING)):
        facts = course(day=day, practice=freestanding, sessions=[], manual_line=[keyed | {"on": day}])
        [finding] = findings(facts, "over-daily-limit")
        assert finding.severity is severity
