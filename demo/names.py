"""Invented names. Any likeness to a living person is chance; the page footer of a demo says so."""

from __future__ import annotations

from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷"
GIVEN_ONE = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂兰英华玲文红建国辉海波林峰梅琴云飞鹏宇晨阳雪岩松柏荣富贵春秋冬生义成安康宁"
GIVEN_TWO = "国建志明文永玉春秀海晓德福长立宝金树淑凤桂红雪小学成广"
MONGOLIAN = [
    "巴图",
    "其其格",
    "乌云",
    "苏日娜",
    "哈斯",
    "宝音",
    "乌兰",
    "格日勒",
    "那仁",
    "萨仁",
    "朝鲁",
    "斯琴",
    "阿古拉",
    "乌日娜",
    "布仁",
    "娜仁",
    "图雅",
    "敖登",
    "呼和",
    "青格勒",
    "额尔敦",
    "阿拉坦",
    "孟和",
    "通拉嘎",
    "白音",
    "托娅",
    "巴雅尔",
    "德力格尔",
    "莫日根",
    "查干",
    "赛罕",
    "高娃",
    "乌力吉",
    "必力格",
    "塔娜",
    "达来",
]
ENGLISH_FIRST = [
    "Avery",
    "Blake",
    "Casey",
    "Dana",
    "Ellis",
    "Frankie",
    "Gray",
    "Harper",
    "Indra",
    "Jules",
    "Kai",
    "Lane",
    "Morgan",
    "Noor",
    "Oakley",
    "Parker",
    "Quinn",
    "Reese",
    "Sage",
    "Tatum",
    "Uma",
    "Val",
    "Wren",
    "Yael",
    "Zion",
]
ENGLISH_LAST = [
    "Alder",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Gorse",
    "Hazel",
    "Ivy",
    "Juniper",
    "Kapok",
    "Larch",
    "Maple",
    "Nettle",
    "Oak",
    "Pine",
    "Quince",
    "Rowan",
    "Spruce",
    "Teasel",
    "Ulex",
    "Vetch",
    "Willow",
    "Yarrow",
]


def chinese_name(rng: Random) -> str:
    """A Han or (one in six) Mongolian name."""
    if rng.random() < 1 / 6:
        return rng.choice(MONGOLIAN)
    given = rng.choice(GIVEN_ONE) if rng.random() < 0.3 else rng.choice(GIVEN_TWO) + rng.choice(GIVEN_ONE)
    return rng.choice(SURNAMES) + given


def english_name(rng: Random) -> str:
    """A first name of no gender with the name of a plant."""
    return f"{rng.choice(ENGLISH_FIRST)} {rng.choice(ENGLISH_LAST)}"
