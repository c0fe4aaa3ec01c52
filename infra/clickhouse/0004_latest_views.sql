-- The newest row of each kind, by the order in which the swarm learned it: known from, partition, offset.
-- They read FINAL, so a row counts once whatever happened below.

CREATE OR REPLACE VIEW latest_signals AS
SELECT * FROM signals FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, instrument;

CREATE OR REPLACE VIEW latest_decisions AS
SELECT * FROM decisions FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, instrument;

CREATE OR REPLACE VIEW latest_observations AS
SELECT * FROM observations FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, domain, instrument;

CREATE OR REPLACE VIEW latest_agents AS
SELECT * FROM agents FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent;

CREATE OR REPLACE VIEW latest_agent_states AS
SELECT * FROM agent_states FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, type;

-- Of bars, the last in the time of the market; a later bar of the same time corrects it.
CREATE OR REPLACE VIEW latest_bars AS
SELECT * FROM bars FINAL
ORDER BY occurred_at DESC, _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, instrument, interval;
