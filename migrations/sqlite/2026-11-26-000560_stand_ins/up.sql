-- Who hears of an agent's tickets while he is away.
ALTER TABLE agents ADD COLUMN stand_in_id INTEGER REFERENCES agents (id);
-- News of a queue that an agent who follows it does not want.
CREATE TABLE queue_mutes (
    agent_id INTEGER NOT NULL REFERENCES agents (id),
    queue_id INTEGER NOT NULL REFERENCES queues (id),
    event TEXT NOT NULL,
    PRIMARY KEY (agent_id, queue_id, event)
) STRICT;
