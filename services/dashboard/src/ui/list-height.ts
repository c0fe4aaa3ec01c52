const PHONE_PX = 760
const PHONE_LIST_PX = 300

/** Pixels of a list that shows what is chosen beside it: on a phone that stands below, and should be near. */
export const listHeight = (px: number): number =>
  innerWidth < PHONE_PX ? Math.min(px, PHONE_LIST_PX) : px
