-- What a ticket is found by: a row for each, under its key. Words of the title (with number and tags; weight A), of those
-- who wrote (B), of the names of files (C), and all others. Said anew whenever one of them changes.
DROP INDEX articles_document;
ALTER TABLE articles DROP COLUMN document;
CREATE TABLE ticket_text (
    id bigint PRIMARY KEY,
    document tsvector NOT NULL
);
CREATE INDEX ticket_text_document ON ticket_text USING gin (document);

-- Tickets whose words this transaction changed; empty when it ends.
CREATE TABLE ticket_text_due (
    ticket_id bigint PRIMARY KEY
);

CREATE FUNCTION ticket_text_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'tickets' THEN
        IF TG_OP = 'UPDATE' AND OLD.title = NEW.title AND OLD.customer_name = NEW.customer_name
            AND OLD.customer_address = NEW.customer_address THEN
            RETURN NULL;
        END IF;
        IF TG_OP = 'DELETE' THEN
            INSERT INTO ticket_text_due VALUES (OLD.id) ON CONFLICT DO NOTHING;
        ELSE
            INSERT INTO ticket_text_due VALUES (NEW.id) ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'attachments' THEN
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO ticket_text_due SELECT ticket_id FROM articles WHERE id = OLD.article_id ON CONFLICT DO NOTHING;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO ticket_text_due SELECT ticket_id FROM articles WHERE id = NEW.article_id ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO ticket_text_due VALUES (OLD.ticket_id) ON CONFLICT DO NOTHING;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO ticket_text_due VALUES (NEW.ticket_id) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_text AFTER INSERT OR UPDATE OF title, customer_name, customer_address OR DELETE ON tickets
    FOR EACH ROW EXECUTE FUNCTION ticket_text_changed();
CREATE TRIGGER articles_text AFTER INSERT OR UPDATE OF ticket_id, subject, from_name, from_address, recipients, body_text
    OR DELETE ON articles FOR EACH ROW EXECUTE FUNCTION ticket_text_changed();
CREATE TRIGGER attachments_text AFTER INSERT OR UPDATE OF article_id, name OR DELETE ON attachments
    FOR EACH ROW EXECUTE FUNCTION ticket_text_changed();
CREATE TRIGGER participants_text AFTER INSERT OR DELETE ON participants
    FOR EACH ROW EXECUTE FUNCTION ticket_text_changed();
CREATE TRIGGER ticket_tags_text AFTER INSERT OR DELETE ON ticket_tags
    FOR EACH ROW EXECUTE FUNCTION ticket_text_changed();

CREATE INDEX ticket_tags_tag ON ticket_tags (tag, ticket_id);
CREATE INDEX tickets_created ON tickets (created_at, id);
