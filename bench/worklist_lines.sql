-- A department's open lines: one for each session that bench/capture.py made up. Of a hundred, six wait for somebody (a
-- hold), four ask to be looked at, two are held by a person, the rest is clean. Named columns only; without triggers.
INSERT INTO oncocharge_courses_machine (id, facility_id, name, is_active)
SELECT g, g % 2 + 1, 'Machine ' || g, true FROM generate_series(1, 4) g;
UPDATE oncocharge_courses_session s SET machine_id = (s.course_id % 2) + 1 + 2 * (s.course_id % 4 / 2);
INSERT INTO oncocharge_billing_ledgerentry
       (kind, course_id, session_id, line_key, generation, family, code, modifiers, service_on, units, claim_kind,
        place_of_service, unit_amount, amount, narrative, attachment, rule, because, posted_at)
SELECT 'charge', s.course_id, s.id, 'delivery:' || s.id, 1, 'delivery', '77386', '{}', s.treated_on, 1, 'professional',
       '11', 670, 670, '', '', 'D1', '{"rule": "D1", "table": "delivery.toml", "row": 4, "facts": {"technique": "vmat"}}', now()
  FROM oncocharge_courses_session s ORDER BY s.treated_on, s.id;
INSERT INTO oncocharge_billing_standingfinding
       (course_id, entry_id, source, severity, code, message, subject, service_on, found_at, override_reason)
SELECT e.course_id, e.id, 'rules', CASE WHEN e.id % 100 < 6 THEN 'hold' ELSE 'warning' END,
       CASE WHEN e.id % 100 < 6 THEN 'partial-fraction' ELSE 'late-entry' END,
       'The fraction was stopped part way. Look at the record of the machine.', 'session:' || e.id, e.service_on, now(), ''
  FROM oncocharge_billing_ledgerentry e WHERE e.id % 100 < 10;
INSERT INTO oncocharge_billing_review (entry_id, state, reason, by_id, at, code_id, owner_id, due_on, held_since)
SELECT e.id, 'held', 'Waiting for the authorization', 1, now(), 'authorization', 1, current_date + 9, now() FROM oncocharge_billing_ledgerentry e WHERE e.id % 100 IN (20, 21);
TRUNCATE oncocharge_billing_waitingline;
INSERT INTO oncocharge_billing_waitingline (entry_id) SELECT id FROM oncocharge_billing_ledgerentry;
SELECT setval(pg_get_serial_sequence('auth_user', 'id'), GREATEST((SELECT max(id) FROM auth_user), 1));
