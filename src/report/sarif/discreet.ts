/** A name in front of an at sign, of which the first letter stays. */
const EMAIL = /(?<![^\s/<>"'(),;:=])([^\s/<>"'(),;:=@])[^\s/<>"'(),;:=@]*@(?=[^\s@.]+\.[^\s@])/gu;

/** An address, but for a network such as 203.0.113.0/24, which is nobody's. */
const IPV4 = /(?<![\d.])((?:\d{1,3}\.){3})\d{1,3}(?![\d/]|\.\d)/g;
const IPV6 = /(?<![\w:])((?:[\da-f]{1,4}:){2}[\da-f]{0,4}:)[\da-f:]*[\da-f:](?![\w:/])/gi;

/** Text for readers beyond those who audit keys: it leads to no one person or machine, and still tells them apart. */
export const discreet = (text: string): string => text.replace(EMAIL, '$1…@').replace(IPV4, '$1x').replace(IPV6, '$1x');
