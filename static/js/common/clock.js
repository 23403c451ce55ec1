/* Times as people here read them. */

const beijing = new Intl.DateTimeFormat("zh-CN", {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai",
});

/**
 * Hours and minutes in Beijing, whatever the device is set to.
 * @param {Date | number} date
 */
export const clockOf = (date) => beijing.format(date);

/**
 * A time span in words.
 * @param {number} seconds
 */
export const spanOf = (seconds) => (seconds > 60 ? `${Math.ceil(seconds / 60)} 分钟` : `${seconds} 秒`);
