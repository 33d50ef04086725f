/** Token kinds of Velocity 1.7's grammar, and the lexical states each is looked for in. */
export const K = {
  EOF: 0,
  INDEX_LBRACKET: 1,
  INDEX_RBRACKET: 2,
  LBRACKET: 3,
  RBRACKET: 4,
  COMMA: 5,
  DOUBLEDOT: 6,
  COLON: 7,
  LEFT_CURLEY: 8,
  RIGHT_CURLEY: 9,
  LPAREN: 10,
  RPAREN: 11,
  METHOD_RPAREN: 12,
  ESCAPE_DIRECTIVE: 13,
  SET: 14,
  DOLLAR: 15,
  DOLLARBANG: 16,
  TEXTBLOCK_START: 17,
  FORMAL_START: 18,
  MULTI_START: 19,
  HASH: 20,
  LINE_COMMENT_START: 21,
  DOUBLE_ESCAPE: 22,
  ESCAPE: 23,
  TEXT: 24,
  LINE_COMMENT: 25,
  FORMAL_COMMENT: 26,
  MULTI_COMMENT: 27,
  TEXTBLOCK: 28,
  SKIPPED: 29,
  MORE_TEXT: 30,
  WHITESPACE: 31,
  STRING: 32,
  TRUE: 33,
  FALSE: 34,
  MINUS: 35,
  PLUS: 36,
  MULTIPLY: 37,
  DIVIDE: 38,
  MODULUS: 39,
  AND: 40,
  OR: 41,
  LT: 42,
  LE: 43,
  GT: 44,
  GE: 45,
  EQ: 46,
  NE: 47,
  NOT: 48,
  EQUALS: 49,
  END: 50,
  IF: 51,
  ELSEIF: 52,
  ELSE: 53,
  INTEGER: 54,
  FLOAT: 55,
  WORD: 56,
  BRACKETED_WORD: 57,
  IDENTIFIER: 58,
  DOT: 59,
  LCURLY: 60,
  RCURLY: 61,
  REFERENCE_END: 62,
  DIRECTIVE_END: 63,
  EMPTY_INDEX: 64,
} as const

export interface Token {
  kind: number
  image: string
  /** Offset in the source where the token begins. */
  at: number
  next: Token | null
  /** Images of the special tokens (reference and directive ends) that stand before this one. */
  special: string[] | null
}

/** Lexical states, by the letters the rules below use. */
export const STATES = 'RMID2TBCFSP'
export const S = {
  REFERENCE: 0,
  REFMODIFIER: 1,
  REFINDEX: 2,
  DIRECTIVE: 3,
  METHOD: 4,
  DEFAULT: 5,
  TEXTBLOCK: 6,
  MULTI_COMMENT: 7,
  FORMAL_COMMENT: 8,
  LINE_COMMENT: 9,
  PRE_DIRECTIVE: 10,
} as const

const NEWLINE = '(?:\\r\\n|\\n|\\r)'
const TO_NEWLINE = `(?:[ \\t]*${NEWLINE})?`
const WORD = '[A-Za-z_@][A-Za-z0-9_@]*'
const BRACKETED = '\\{[A-Za-z_][A-Za-z0-9_@]*\\}'
const EXPONENT = '[eE][+-]?[0-9]+'

/** kind, states, what it starts with (a character class), the text. The longest wins, then the earlier. */
const RULES: [kind: number, states: string, first: string, pattern: string][] = [
  [K.INDEX_LBRACKET, 'RM', '\\[', '\\['],
  [K.INDEX_RBRACKET, 'I', '\\]', '\\]'],
  [K.LBRACKET, 'D2', '\\[', '\\['],
  [K.RBRACKET, 'D2', '\\]', '\\]'],
  [K.COMMA, 'D2', ',', ','],
  [K.DOUBLEDOT, 'D2', '.', '\\.\\.'],
  [K.COLON, 'D2', ':', ':'],
  [K.LEFT_CURLEY, 'D2', '{', '\\{'],
  [K.RIGHT_CURLEY, 'D2', '}', '\\}'],
  [K.LPAREN, 'DM', '(', '\\('],
  [K.RPAREN, 'D', ')', `\\)${TO_NEWLINE}`],
  [K.METHOD_RPAREN, '2', ')', '\\)'],
  [K.ESCAPE_DIRECTIVE, 'T', '\\\\', `(?:\\\\\\\\)*\\\\#(?:${WORD}|${BRACKETED})`],
  [K.SET, 'TRM2', ' \\t#', '[ \\t]*#(?:set|\\{set\\}) *\\('],
  [K.DOLLAR, STATES, '\\\\$', '\\\\*\\$'],
  [K.DOLLARBANG, STATES, '\\\\$', '\\\\*\\$\\\\*!'],
  [K.TEXTBLOCK_START, STATES, '#', '#\\[\\['],
  [K.FORMAL_START, STATES, '#', '#\\*\\*[^#]'],
  [K.MULTI_START, STATES, '#', '#\\*'],
  [K.HASH, STATES, '#', '#'],
  [K.LINE_COMMENT_START, 'TPDR', '#', '##'],
  [K.DOUBLE_ESCAPE, 'T', '\\\\', '\\\\\\\\'],
  [K.ESCAPE, 'T', '\\\\', '\\\\'],
  [K.TEXT, 'T', '^$#\\\\', '[^$#\\\\]+'],
  [K.LINE_COMMENT, 'S', '\\r\\n', NEWLINE],
  [K.FORMAL_COMMENT, 'F', '*', '\\*#'],
  [K.MULTI_COMMENT, 'C', '*', '\\*#'],
  [K.TEXTBLOCK, 'B', '\\]', '\\]\\]#'],
  [K.SKIPPED, 'SFC', '^', '[^$#\\\\*\\n\\r]+|[^]'],
  [K.MORE_TEXT, 'B', '^', '[^$#\\\\\\]]+|[^]'],
  [K.WHITESPACE, 'D2I', ' \\t\\r\\n', '[ \\t\\n\\r]+'],
  [K.STRING, 'D2I', '"\'', '"[^"]*(?:""[^"]*)*"|\'[^\']*(?:\'\'[^\']*)*\''],
  [K.TRUE, 'RDM2I', 't', 'true'],
  [K.FALSE, 'RDM2I', 'f', 'false'],
  [K.MINUS, 'D', '\\-', '-'],
  [K.PLUS, 'D', '+', '\\+'],
  [K.MULTIPLY, 'D', '*', '\\*'],
  [K.DIVIDE, 'D', '/', '/'],
  [K.MODULUS, 'D', '%', '%'],
  [K.AND, 'D', '&a', '&&|and'],
  [K.OR, 'D', '|o', '\\|\\||or'],
  [K.LT, 'D', '<l', '<|lt'],
  [K.LE, 'D', '<l', '<=|le'],
  [K.GT, 'D', '>g', '>|gt'],
  [K.GE, 'D', '>g', '>=|ge'],
  [K.EQ, 'D', '=e', '==|eq'],
  [K.NE, 'D', '!n', '!=|ne'],
  [K.NOT, 'D', '!n', '!|not'],
  [K.EQUALS, 'D', '=', '='],
  [K.END, 'P', 'e{', `end${TO_NEWLINE}|\\{end\\}${TO_NEWLINE}`],
  [K.IF, 'P', 'i{', 'if|\\{if\\}'],
  [K.ELSEIF, 'P', 'e{', 'elseif|\\{elseif\\}'],
  [K.ELSE, 'P', 'e{', `else${TO_NEWLINE}|\\{else\\}${TO_NEWLINE}`],
  [K.INTEGER, 'PD2I', '\\-0-9', '-?[0-9]+(?:\\.\\.)?'],
  [
    K.FLOAT,
    'PD2I',
    '\\-.0-9',
    `-?[0-9]+\\.[0-9]*(?:${EXPONENT})?|-?\\.[0-9]+(?:${EXPONENT})?|-?[0-9]+${EXPONENT}`,
  ],
  [K.WORD, 'PD', 'A-Za-z_@', WORD],
  [K.BRACKETED_WORD, 'PD', '{', BRACKETED],
  [K.IDENTIFIER, 'RM2', 'A-Za-z_', '[A-Za-z_][A-Za-z0-9_-]*'],
  [K.DOT, 'RM2', '.', '\\.[A-Za-z]'],
  [K.LCURLY, 'RM', '{', '\\{'],
  [K.RCURLY, 'RM', '}', '\\}'],
  [K.REFERENCE_END, 'RM', '^', '[^]'],
  [K.DIRECTIVE_END, 'P', '^', '[^]'],
  [K.EMPTY_INDEX, 'TR', '$', '\\$(?:\\[|!\\[|\\\\!\\[|\\.)'],
]

export interface Rule {
  kind: number
  re: RegExp
}

/** For every state the rules that can start with a character code; index 128 is for all codes above ASCII. */
export const TABLE: Rule[][][] = [...STATES].map((state) => {
  const rules = RULES.filter((r) => r[1].includes(state)).map(([kind, , first, pattern]) => ({
    kind,
    re: new RegExp(pattern, 'y'),
    first: new RegExp(first === '^' ? '[^]' : `[${first}]`),
  }))
  return Array.from({ length: 129 }, (_, c) =>
    rules.filter((r) => r.first.test(String.fromCharCode(c === 128 ? 233 : c))),
  )
})
