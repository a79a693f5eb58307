/** Words that say how much, which stand in an order that everyone knows. */

const scales: readonly (readonly (readonly string[])[])[] = [
  [
    ["lowest"],
    ["very low"],
    ["low"],
    ["medium low"],
    ["medium", "moderate", "mid", "middle", "average", "normal"],
    ["medium high"],
    ["high"],
    ["very high"],
    ["highest"],
  ],
  [
    ["xxs"],
    ["xs", "extra small", "x-small"],
    ["small", "s"],
    ["medium", "m"],
    ["large", "l"],
    ["xl", "extra large", "x-large"],
    ["xxl", "xx-large"],
    ["xxxl"],
  ],
  [["never"], ["rarely", "seldom"], ["sometimes", "occasionally"], ["often", "frequently"], ["always"]],
  [
    ["strongly disagree"],
    ["disagree"],
    ["neutral", "undecided", "neither agree nor disagree"],
    ["agree"],
    ["strongly agree"],
  ],
  [["very poor", "very bad"], ["poor", "bad"], ["fair"], ["good"], ["very good"], ["excellent"]],
  [["mild"], ["moderate"], ["severe"], ["critical"]],
  [
    ["first", "1st"],
    ["second", "2nd"],
    ["third", "3rd"],
    ["fourth", "4th"],
    ["fifth", "5th"],
  ],
  [["beginner"], ["intermediate"], ["advanced"], ["expert"]],
];

/** Texts in the order of a scale that has all of them, each in another place; undefined where there is none. */
export const scaleOrder = (texts: readonly string[]): string[] | undefined => {
  for (const scale of scales) {
    const places = texts.map((text) => scale.findIndex((words) => words.includes(text.toLowerCase().trim())));
    if (places.includes(-1) || new Set(places).size < places.length) continue;
    return [...texts].sort((a, b) => places[texts.indexOf(a)]! - places[texts.indexOf(b)]!);
  }
  return undefined;
};

const answers: readonly (readonly [no: string, yes: string])[] = [
  ["no", "yes"],
  ["n", "y"],
  ["false", "true"],
  ["f", "t"],
  ["0", "1"],
  ["off", "on"],
  ["nein", "ja"],
  ["n", "j"],
  ["non", "oui"],
  ["no", "si"],
  ["no", "sí"],
  ["no", "sì"],
  ["não", "sim"],
  ["faux", "vrai"],
  ["falsch", "wahr"],
];

/** Two answers as no and yes, in lower case; undefined where they are none. */
export const yesNoOrder = (texts: readonly string[]): readonly [no: string, yes: string] | undefined =>
  texts.length === 2 ? answers.find((pair) => pair.every((answer) => texts.includes(answer))) : undefined;
