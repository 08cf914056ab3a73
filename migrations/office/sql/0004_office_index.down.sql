-- What the office index follows: drafts and their revisions (I9).
SET LOCAL ROLE @vault_owner@;
DROP TRIGGER index_card ON vault.dataset;
DROP TRIGGER index_card ON vault.version;
DROP TRIGGER index_card ON vault.resource;
DROP TRIGGER index_card ON vault.register;
RESET ROLE;
SET LOCAL ROLE @auditor@;
DROP FUNCTION audit.card_of_dataset, audit.card_of_version, audit.card_of_resource, audit.card_of_exempt,
    audit.index_behind, audit.index_cards, audit.index_done, audit.index_datasets, audit.index_drop;
RESET ROLE;
SET LOCAL ROLE @vault_owner@;
DROP TABLE vault.index_card;
DROP FUNCTION vault.index_facts;
DROP SEQUENCE vault.index_revision;
RESET ROLE;
