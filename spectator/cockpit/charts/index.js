// The figures of a match. Each takes `{frame, events, at}`; those with `onJump` tell the seq of a ball that was asked for.

export { Costs } from "./costs.js";
export { Field } from "./field.js";
export { Luck } from "./luck.js";
export { Manhattan } from "./manhattan.js";
export { Partnerships } from "./partnerships.js";
export { Extras, FallOfWickets } from "./scorecard.js";
export { WagonWheel } from "./wagon.js";
export { WinProb } from "./winprob.js";
export { Worm } from "./worm.js";
