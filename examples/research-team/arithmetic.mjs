/** The value of an expression of numbers, + - * / and parentheses; throws on anything else. */
export function evaluate(expression) {
  const tokens = expression.match(/\d+(?:\.\d+)?|[-+*/()]|\S/g) ?? [];
  let at = 0;

  function sum() {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-")
      value = tokens[at++] === "+" ? value + product() : value - product();
    return value;
  }
  function product() {
    let value = atom();
    while (tokens[at] === "*" || tokens[at] === "/") {
      const divide = tokens[at++] === "/";
      const right = atom();
      if (divide && right === 0) throw new RangeError(`division by zero in "${expression}"`);
      value = divide ? value / right : value * right;
    }
    return value;
  }
  function atom() {
    const token = tokens[at++];
    if (token === "-") return -atom();
    if (token === "(") {
      const value = sum();
      if (tokens[at++] !== ")") throw new SyntaxError(`missing ")" in "${expression}"`);
      return value;
    }
    if (token === undefined || Number.isNaN(Number(token))) throw new SyntaxError(`not arithmetic: "${expression}"`);
    return Number(token);
  }

  const value = sum();
  if (at < tokens.length) throw new SyntaxError(`not arithmetic: "${expression}"`);
  return value;
}
