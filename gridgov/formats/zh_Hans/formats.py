"""How Chinese writes days where Django's own formats differ: 9月2日, as DATE_FORMAT has it with the year, not 09月2日."""

MONTH_DAY_FORMAT = "n月j日"
