/** 1234567 as 1,234,567; at most one decimal. */
export function withSeparators(value: number): string {
  const [whole, decimal] = String(Math.round(value * 10) / 10).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimal === undefined ? grouped : `${grouped}.${decimal}`;
}
