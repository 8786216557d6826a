// field_text.ts -- the server says of a field what it is and how it is meant; a heading has room for what it is.

/** "会员等级；比高低按级次" -> "会员等级": what stands before the first remark. */
export const shortName = (doc: string): string => /^[^；;：:（(，,]{2,}/.exec(doc)?.[0]?.trim() ?? doc
/** The remark alone. */
export const remarkOf = (doc: string): string => doc.slice(shortName(doc).length).replace(/^[；;：:，, ]+/, '').trim()
