-- Who hears of an agent's tickets while he is away.
ALTER TABLE agents ADD COLUMN stand_in_id bigint REFERENCES agents (id);
-- News of a queue that an agent who follows it does not want.
CREATE TABLE queue_mutes (
    agent_id bigint NOT NULL REFERENCES agents (id),
    queue_id bigint NOT NULL REFERENCES queues (id),
    event text NOT NULL,
    PRIMARY KEY (agent_id, queue_id, event)
);
