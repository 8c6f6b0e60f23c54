-- What a ticket is found by: a row for each, under its key. Words of the title (with number and tags), of those who wrote,
-- of the names of files, and all others. Said anew whenever one of them changes; the words themselves are not kept.
DROP TRIGGER articles_text_insert;
DROP TRIGGER articles_text_delete;
DROP TABLE articles_text;
CREATE VIRTUAL TABLE ticket_text USING fts5 (
    title, writers, files, body,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);

-- Tickets whose words this transaction changed; empty when it ends.
CREATE TABLE ticket_text_due (
    ticket_id INTEGER PRIMARY KEY
) STRICT;

CREATE TRIGGER tickets_text_insert AFTER INSERT ON tickets BEGIN
    INSERT INTO ticket_text_due SELECT NEW.id WHERE NEW.id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER tickets_text_update AFTER UPDATE OF title, customer_name, customer_address ON tickets
WHEN OLD.title <> NEW.title OR OLD.customer_name <> NEW.customer_name OR OLD.customer_address <> NEW.customer_address BEGIN
    INSERT INTO ticket_text_due SELECT NEW.id WHERE NEW.id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER tickets_text_delete AFTER DELETE ON tickets BEGIN
    INSERT INTO ticket_text_due SELECT OLD.id WHERE OLD.id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER articles_text_insert AFTER INSERT ON articles BEGIN
    INSERT INTO ticket_text_due SELECT NEW.ticket_id WHERE NEW.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER articles_text_update AFTER UPDATE OF ticket_id, subject, from_name, from_address, recipients, body_text ON articles BEGIN
    INSERT INTO ticket_text_due SELECT OLD.ticket_id WHERE OLD.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
    INSERT INTO ticket_text_due SELECT NEW.ticket_id WHERE NEW.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER articles_text_delete AFTER DELETE ON articles BEGIN
    INSERT INTO ticket_text_due SELECT OLD.ticket_id WHERE OLD.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER attachments_text_insert AFTER INSERT ON attachments WHEN NEW.article_id IS NOT NULL BEGIN
    INSERT INTO ticket_text_due SELECT ticket_id FROM articles
        WHERE id = NEW.article_id AND ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER attachments_text_update AFTER UPDATE OF article_id, name ON attachments BEGIN
    INSERT INTO ticket_text_due SELECT DISTINCT ticket_id FROM articles
        WHERE id IN (OLD.article_id, NEW.article_id) AND ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER attachments_text_delete AFTER DELETE ON attachments WHEN OLD.article_id IS NOT NULL BEGIN
    INSERT INTO ticket_text_due SELECT ticket_id FROM articles
        WHERE id = OLD.article_id AND ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER participants_text_insert AFTER INSERT ON participants BEGIN
    INSERT INTO ticket_text_due SELECT NEW.ticket_id WHERE NEW.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER participants_text_delete AFTER DELETE ON participants BEGIN
    INSERT INTO ticket_text_due SELECT OLD.ticket_id WHERE OLD.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER ticket_tags_text_insert AFTER INSERT ON ticket_tags BEGIN
    INSERT INTO ticket_text_due SELECT NEW.ticket_id WHERE NEW.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;
CREATE TRIGGER ticket_tags_text_delete AFTER DELETE ON ticket_tags BEGIN
    INSERT INTO ticket_text_due SELECT OLD.ticket_id WHERE OLD.ticket_id NOT IN (SELECT ticket_id FROM ticket_text_due);
END;

CREATE INDEX ticket_tags_tag ON ticket_tags (tag, ticket_id);
CREATE INDEX tickets_created ON tickets (created_at, id);
