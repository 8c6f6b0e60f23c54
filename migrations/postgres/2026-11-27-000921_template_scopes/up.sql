-- Whose a text is alone; null: the house's.
ALTER TABLE reply_templates ADD COLUMN owner_id bigint REFERENCES agents (id);
CREATE INDEX reply_templates_owner ON reply_templates (owner_id) WHERE owner_id IS NOT NULL;

-- Each agent names his own as he likes.
DROP INDEX reply_templates_name;
CREATE UNIQUE INDEX reply_templates_name ON reply_templates (coalesce(owner_id, 0), name, coalesce(language, ''))
    WHERE retired_at IS NULL;

-- To the holders of which roles a text is offered; without a row: to everybody.
CREATE TABLE reply_template_roles (
    template_id bigint NOT NULL REFERENCES reply_templates (id),
    role_id bigint NOT NULL REFERENCES roles (id),
    PRIMARY KEY (template_id, role_id)
);
