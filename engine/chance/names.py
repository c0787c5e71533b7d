"""Surnames that drawn squads are filled with: common ones of cricketing countries, none meant for a
real player.
"""

from __future__ import annotations

from typing import Final

# fmt: off
SURNAMES: Final = (
    "Abbott", "Acharya", "Ahmed", "Akhtar", "Alleyne", "Anand", "Arnold", "Ashworth", "Bailey",
    "Banerjee", "Barlow", "Basnet", "Baxter", "Bhatt", "Bhuiyan", "Bishop", "Blignaut", "Botha",
    "Bradshaw", "Brathwaite", "Brennan", "Bridges", "Campbell", "Cartwright", "Chaudhry",
    "Clarkson", "Coetzee", "Cooper", "Crawford", "Cummings", "Dasgupta", "Davies", "Deshmukh",
    "Dhillon", "Doherty", "Douglas", "Dube", "Edwards", "Ellison", "Fernando", "Fletcher",
    "Fonseka", "Francis", "Garner", "Ghosh", "Gibson", "Gordon", "Grobler", "Gunawardena",
    "Haider", "Halliday", "Harding", "Hartley", "Hassan", "Henderson", "Hettiarachchi",
    "Hughes", "Hussain", "Iqbal", "Iyer", "Jackson", "Jarvis", "Jayasinghe", "Joseph", "Joshi",
    "Kamal", "Kapadia", "Karim", "Kelly", "Kerr", "Khadka", "Khatri", "Kulkarni", "Lambert",
    "Latham", "Lewis", "Liyanage", "Mahmood", "Malik", "Manohar", "Marsden", "Masood",
    "Mathews", "Mbeki", "McKenzie", "Mehta", "Mendis", "Menon", "Miah", "Mokoena", "Moyo",
    "Mukherjee", "Naidoo", "Nair", "Naqvi", "Ncube", "Nkosi", "Noorzai", "Olivier", "Omarzai",
    "Parkinson", "Pathirana", "Patil", "Perera", "Phillips", "Pillay", "Prasad", "Qureshi",
    "Rahman", "Rajput", "Ramdin", "Rampersad", "Rao", "Ratnayake", "Reddy", "Rizvi", "Roberts",
    "Robson", "Rodrigo", "Saeed", "Sarkar", "Saxena", "Senanayake", "Shah", "Sheikh", "Shinde",
    "Silva", "Simpson", "Stanikzai", "Stewart", "Sutherland", "Swart", "Talukdar", "Tamang",
    "Taylor", "Thakur", "Thompson", "Tucker", "van Wyk", "Varma", "Vermeulen", "Wadia",
    "Walcott", "Walker", "Warnock", "Watkins", "Wickramage", "Williams", "Yadav", "Yousafzai",
    "Zadran", "Zaman", "Zondo",
)
# fmt: on
INITIALS: Final = "ABCDEFGHIJKLMNPRSTVWYZ"
