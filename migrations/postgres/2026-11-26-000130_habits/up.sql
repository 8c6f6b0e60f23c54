-- What an agent chose about his way of working; without a row the defaults hold.
CREATE TABLE agent_habits (
    agent_id bigint PRIMARY KEY REFERENCES agents (id),
    -- What opens once a reply is sent; `done`: the next ticket, where this one was closed or waits.
    after_sending text NOT NULL CHECK (after_sending IN ('ticket', 'done', 'next', 'list'))
);
