-- A department's worth of made-up patients, each with one course whose lines are all released.
INSERT INTO oncocharge_patients_facility
       (id, name, setting, bills, place_of_service, time_zone, npi, tax_id, taxonomy, contact_name, contact_phone,
        revision, street, street2, city, state, zip_code)
SELECT g, 'Center ' || g, 'freestanding', 'global', '', 'America/New_York', '1245319599', '123456789', '2085R0001X',
       'Billing Office', '6175550100', 1, g || ' Harbor Way', '', 'Boston', 'MA', '021151234'
  FROM generate_series(1, 2) g;
INSERT INTO oncocharge_patients_payer
       (id, name, kind, payer_id, filing_indicator, is_active, revision, street, street2, city, state, zip_code)
SELECT g, 'Payer ' || g, 'commercial', (60000 + g)::text, 'CI', true, 1, '1 Plaza', '', 'Boston', 'MA', '02110'
  FROM generate_series(1, 20) g;
INSERT INTO oncocharge_patients_provider (id, last_name, first_name, npi, taxonomy, is_physician, is_active)
SELECT g, 'Beam ' || g, 'Ann', (ARRAY['1679576722', '1881747889', '1234567893'])[g], '2085R0001X', true, true
  FROM generate_series(1, 3) g;
INSERT INTO oncocharge_patients_patient
       (id, mrn, last_name, first_name, middle_name, birth_date, sex, phone, revision, created_at,
        street, street2, city, state, zip_code)
SELECT g, 'M' || g, 'Doe' || g, 'Jane', '', date '1940-01-01' + g % 20000, 'F', '', 1, now(),
       g || ' Main Street', '', 'Boston', 'MA', '02115'
  FROM generate_series(1, :claims) g;
INSERT INTO oncocharge_patients_coverage
       (id, patient_id, payer_id, rank, member_id, group_number, relationship, subscriber_last_name,
        subscriber_first_name, subscriber_sex, effective_from, street, street2, city, state, zip_code)
SELECT g, g, g % 20 + 1, 'primary', '1EG4TE5M' || lpad(g::text, 6, '0'), '',
       CASE WHEN g % 7 = 0 THEN 'spouse' ELSE 'self' END, CASE WHEN g % 7 = 0 THEN 'Doe' || g ELSE '' END,
       CASE WHEN g % 7 = 0 THEN 'John' ELSE '' END, '', date '2020-01-01', '', '', '', '', ''
  FROM generate_series(1, :claims) g;
INSERT INTO oncocharge_courses_course
       (id, patient_id, facility_id, physician_id, title, opened_on, revision, created_at, amendment_reason)
SELECT g, g, g % 2 + 1, g % 3 + 1, 'Course 1', date '2025-03-03', 1, now(), '' FROM generate_series(1, :claims) g;
INSERT INTO oncocharge_courses_coursediagnosis (id, course_id, position, code)
SELECT g * 2 + k, g, k + 1, (ARRAY['C50.911', 'Z51.0'])[k + 1]
  FROM generate_series(1, :claims) g, generate_series(0, 1) k;
INSERT INTO oncocharge_billing_capturemark (course_id, basis, course_revision, captured_at, lines, error)
SELECT g, '', 1, now(), :lines, '' FROM generate_series(1, :claims) g;
INSERT INTO oncocharge_billing_ledgerentry
       (id, kind, course_id, line_key, generation, family, code, modifiers, service_on, units, claim_kind,
        place_of_service, unit_amount, amount, narrative, attachment, rule, because, posted_at)
SELECT g, 'charge', (g - 1) / :lines + 1, 'line ' || g, 1, 'delivery',
       (ARRAY['77386', '77301', '77427', '77336'])[g % 4 + 1], '{}', date '2025-03-03' + g % :lines, 1, 'professional',
       '11', 670, 670, '', '', 'S1', '{}', now()
  FROM generate_series(1, :claims * :lines) g;
INSERT INTO oncocharge_billing_review (id, entry_id, state, reason, at)
SELECT g, g, 'released', '', now() FROM generate_series(1, :claims * :lines) g;
INSERT INTO oncocharge_billing_waitingline (entry_id) SELECT id FROM oncocharge_billing_ledgerentry;
INSERT INTO oncocharge_billing_tradingpartner
       (id, name, usage, sender_qualifier, sender_id, receiver_qualifier, receiver_id, application_sender,
        application_receiver, submitter_name, submitter_id, contact_name, contact_phone, receiver_name, receiver_code,
        claims_per_set, uses_extended_characters, element_separator, component_separator, repetition_separator,
        segment_terminator, line_end, file_name_pattern, transport, folder, host, port, "user", host_keys, proof,
        secret_name, remote_outbox, remote_inbox, remote_archive, after_fetching, answers_expected_within_days,
        is_default, is_active, last_control_number)
VALUES (1, 'Clearinghouse', 'T', 'ZZ', 'SENDER01', 'ZZ', 'RECEIVER01', 'SENDER01', 'RECEIVER01', 'Harbor Radiation',
        'SENDER01', 'Pat Clerk', '6175550100', 'Clearinghouse', 'RECEIVER01', 5000, false, '*', ':', '^', '~', 'none',
        '{kind}-{partner}-{usage}-{number}.x12', 'folder', 'clearinghouse', '', 22, '', '', 'key', '', '', '', '',
        'leave', 3, true, true, 0)
