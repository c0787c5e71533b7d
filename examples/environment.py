"""One match through `CricketEnvironment`: always the first legal answer."""

from engine.environment import CricketEnvironment

env = CricketEnvironment()
seen = env.reset(seed=7, options={"format": "T5", "opponent": "heuristic"})
while not seen.done:
    answer = next(tool for tool in seen.available_tools if tool.commits)
    legal = answer.parameters["properties"]
    arguments = {name: legal[name]["enum"][0] for name in answer.parameters["required"]}
    seen = env.step({"tool": answer.name, "arguments": arguments})

state = env.state
print(f"{state.winner or 'nobody'} won, {state.deliveries} deliveries, {state.decisions} decisions")
print(f"reward {state.rewards.total:+.3f}: {state.rewards}, luck {state.luck:+.3f}")
