// Lists come in pages.

/** One page of a list, with GitHub's links to the others. */
export function page(ask, rows) {
  const number = Math.max(1, Number.parseInt(ask.query.get("page") ?? "1", 10) || 1);
  const size = Math.min(100, Math.max(1, Number.parseInt(ask.query.get("per_page") ?? "30", 10) || 30));
  const last = Math.max(1, Math.ceil(rows.length / size));
  const to = (wanted, name) => {
    const url = new URL(ask.c.req.url);
    url.searchParams.set("page", String(wanted));
    return `<${url}>; rel="${name}"`;
  };
  const links = [];
  if (number > 1) links.push(to(number - 1, "prev"), to(1, "first"));
  if (number < last) links.push(to(number + 1, "next"), to(last, "last"));
  ask.links = links.join(", ");
  return rows.slice((number - 1) * size, number * size);
}
