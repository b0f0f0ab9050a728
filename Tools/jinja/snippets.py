"""Small templates, each for one point of the language, rendered with CONTEXT."""

CONTEXT = {
    "s": "Hello World",
    "padded": "  pad\t\n",
    "empty": "",
    "uni": "Grüße 世界 👩‍👩‍👧 e\u0301",
    "quotes": "it's \"quoted\" \\ back\nnew\ttab",
    "n": 7,
    "neg": -3,
    "f": 2.5,
    "big": 123456789012345680.0,
    "t": True,
    "no": False,
    "nothing": None,
    "l": [3, 1, 2],
    "words": ["b", "A", "c", "a"],
    "nested": [[1, 2], [3, [4, 5]]],
    "d": {"b": 1, "a": "x", "items": "own", "é": None},
    "users": [{"name": "Zoe", "age": 30, "tags": ["x"]}, {"name": "adam", "age": 25}, {"name": "Bob", "age": 30, "tags": []}],
    "multi": "one\ntwo\n\nthree\n",
    "csv": "a,b,,c",
}

BLOCKS = """
# printing
{{ s }}
{{ undefinedname }}|
{{ nothing }}
{{ t }} {{ no }}
{{ n }} {{ neg }} {{ f }} {{ big }}
{{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }} {{ 123456.789e3 }} {{ 1e-4 }} {{ 0.00001 }} {{ 1.5e300 * 10 }} {{ 5e-324 }}
{{ -0.0 }} {{ 1e22 }} {{ 1.7976931348623157e308 }} {{ 100000.0 }} {{ 12345678.9 }}
{{ l }} {{ words }} {{ nested }}
{{ d }}
{{ users }}
{{ [] }} {{ {} }} {{ () }} {{ (1,) }} {{ 1, 2 }} {{ (1, 'a') }}
{{ [none, true, 1.0, 'a', "it's"] }}
{{ [quotes] }}
{{ [uni, '\\u200b', '\\x7f', '\\xa0', '\\u2028'] }}
{{ {'a': 1, 2: 'b', none: [], (1, 2): 3.0} }}
{{ range(3) }} {{ range(1, 5, 2) }} {{ range(5)|list }}
{{ d.keys() }} {{ d.values() }} {{ {'a': 1}.items() }}
{{ undefinedname ~ 1 }}
{{ [undefinedname] }}
# literals
{{ 'a' "b" 'c' }}
{{ "\\n\\t\\\\\\"\\'|\\x41\\u00e9\\U0001F600\\101\\q" }}
{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1_0.5_0 }} {{ 1E3 }} {{ 0 }} {{ 00 }}
{{ True }} {{ none }} {{ None }} {{ False }}
{{ [1, 2, 3,] }} {{ {'a': 1,} }} {{ (1, 2,) }}
{{ {'a': {'b': {'c': 1}}}.a.b.c }}
{{ {'a': 1, 'a': 2} }}
{{ {1: 'int', 1.0: 'float', true: 'bool'} }}
# arithmetic
{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 3 }} {{ 2 ** 10 }} {{ 6 / 3 }}
{{ -7 // 2 }} {{ -7 % 3 }} {{ 7 // -2 }} {{ 7 % -3 }} {{ -7.5 // 2 }} {{ -7.5 % 2 }} {{ 7.5 % -2 }} {{ 5.0 // 0.3 }} {{ 1e300 % 7.0 }}
{{ 2 ** -1 }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }} {{ 4 ** 0.5 }} {{ 2.0 ** 3 }}
{{ 1 - 2 - 3 }} {{ 2 * 3 % 4 }} {{ 100 // 7 // 2 }} {{ - - 3 }} {{ +3 }} {{ -n }} {{ +t }} {{ -f }}
{{ true + true }} {{ 1 + 1.5 }}
{{ n / 0 }}
{{ n % 0 }}
{{ n // 0.0 }}
{{ 'a' + 'b' }} {{ 'ab' * 3 }} {{ 2 * 'x' }} {{ 'x' * -1 }}| {{ [1] + [2] }} {{ [1, 2] * 2 }} {{ (1,) + (2,) }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ [1] + (2,) }}
{{ none + 1 }}
{{ undefinedname + 1 }}
{{ 'a' + undefinedname }}
{{ 1 ~ 'a' ~ 2.0 ~ none ~ true ~ [1] }}
{{ 'n is ' ~ n + 1 }}
{{ 'n is ' ~ (n + 1) }}
{{ 1 + 2 ~ 3 + 4 }}
{{ 2 * 3 ~ 4 * 5 }}
{{ 'x=%s' % 5 }} {{ '%s and %s' % ('a', 2) }} {{ '%d%%' % 50 }} {{ '%5.2f|%-5s|%05d|%+d|%x|%r' % (3.14159, 'a', 42, 7, 255, 'q') }}
{{ '%(a)s-%(b)d' % {'a': 'x', 'b': 3} }} {{ '%s' % [1, 2] }} {{ '%.3s|%5s|%c%c' % ('abcdef', 'é', 65, 'z') }} {{ '%.0f %.0f %.1f %f' % (0.5, 1.5, 0.25, 1e10) }}
{{ '%s %s' % 'a' }}
{{ '%s' % ('a', 'b') }}
{{ '%d' % 'a' }}
{{ '%.2f' % 2.675 }} {{ '%.20f' % 0.1 }} {{ '%.3f' % 1e22 }} {{ '%.1f' % -0.04 }} {{ '%f' % 123456789.987654321 }}
# comparison
{{ 1 < 2 }} {{ 2 <= 2 }} {{ 3 > 4 }} {{ 1 == 1.0 }} {{ 1 != 2 }} {{ 'a' < 'b' }} {{ 'a' == 'a' }} {{ true == 1 }} {{ none == none }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 < 2 > 0 == false }} {{ (1 < 2) == true }} {{ 3 > 2 > 1 }}
{{ [1, 2] < [1, 3] }} {{ [1] == [1.0] }} {{ (1, 2) == [1, 2] }} {{ {'a': 1} == {'a': 1.0} }} {{ 'Z' < 'a' }} {{ [] == () }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ undefinedname == undefinedname2 }} {{ undefinedname == none }} {{ undefinedname != 1 }}
{{ undefinedname < 1 }}
{{ 'é' == 'e\\u0301' }} {{ 'a' in s }} {{ 'World' in s }} {{ '' in s }} {{ 3 in l }} {{ 'b' in d }} {{ 'z' not in d }} {{ 1 in [1.0] }}
{{ 'x' in undefinedname }} {{ not 'a' in 'b' }} {{ 'a' not in 'b' and 1 in (1, 2) }} {{ [1] in [[1]] }} {{ 2 in range(3) }}
{{ 1 in 'a1' }}
{{ 'a' in none }}
{{ 1 in 5 }}
{{ 9007199254740993 == 9007199254740992.0 }} {{ 9007199254740993 > 9007199254740992.0 }} {{ 1e400 > 9 }}
{{ 2 == '2' }} {{ [1, 'a'] != [1, 'b'] }} {{ range(3) == range(0, 3) }} {{ 'abc' > 'abd' }}
# logic and truth
{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ '' or none }} {{ not 0 }} {{ not not [] }} {{ 1 and 0 or 3 }} {{ false or false }}
{% for v in [0, 1, '', 'a', [], [0], {}, {'a': 1}, none, 0.0, 0.1, (), range(0), undefinedname] %}{{ 1 if v else 0 }}{% endfor %}
{{ 'y' if n > 5 else 'n' }} {{ 'y' if no }}| {{ 'a' if no else 'b' if no else 'c' }} {{ ('y' if no) is undefined }}
{{ not n == 7 }} {{ not (n == 7 and t) }} {{ n == 7 and not no or no }} {{ undefinedname or 'fallback' }} {{ undefinedname and 1 }}|
{{ (1 if t else 2) + 1 }} {{ 1 if t else 2 + 1 }} {{ t is true and no is false }} {{ 1 is true }}
# subscripts and attributes
{{ l[0] }} {{ l[-1] }} {{ l[5] }}| {{ l[-4] is defined }} {{ s[0] }} {{ s[-1] }} {{ d['b'] }} {{ d.b }} {{ d['items'] }} {{ d.é }}
{{ l[1:] }} {{ l[:1] }} {{ l[::-1] }} {{ l[::2] }} {{ l[-2:] }} {{ l[5:] }} {{ l[:-1] }} {{ l[2:0:-1] }} {{ l[:] }} {{ l[-100:100] }}
{{ s[::-1] }} {{ s[1:4] }} {{ s[-5:] }} {{ uni[6:8] }} {{ uni[::-1]|length }} {{ uni|length }} {{ s[100:] }}| {{ (1, 2, 3)[1:] }} {{ range(10)[2:5]|list }}
{{ l[::0] }}
{{ s[9223372036854775807] }}| {{ l[::9223372036854775807] }} {{ l[9223372036854775807:] }} {{ l[::-9223372036854775807] }}
{{ d.missing }}| {{ d.missing is defined }} {{ d['missing'] is undefined }} {{ d.get('missing') }} {{ d.get('b', 9) }} {{ d.get('zz', 9) }}
{{ d.missing.deeper }}
{{ undefinedname.x }}
{{ undefinedname['x'] }}
{{ nothing.x }}| {{ nothing['x'] is defined }} {{ n.x is defined }} {{ s.nothere is defined }} {{ l.x is defined }}
{{ users[0].name }} {{ users[0]['name'] }} {{ users.0.name }} {{ users[-1].age }} {{ nested[1][1][0] }} {{ nested.1.1.0 }}
{{ l['a'] is defined }} {{ l[1.5] is defined }} {{ s['upper']() }} {{ d[[1]] is defined }} {{ l[true] }} {{ d[none] is defined }}
{{ 'abc'[1] }} {{ [1, 2][0] }} {{ {'a': 5}['a'] }} {{ (l)[0] }} {{ 'x'.upper() }} {{ 'a-b'.split('-')[1] }}
{{ l[undefinedname] is defined }} {{ l[none:2] }}
{{ l['a':] is defined }}
{{ nothing[1:] }}
{{ d[1:] }}
{{ d.items()[0] is defined }} {{ n[0] is defined }}
{{ {1: 'one', 'k': {2: 'two'}}[1] }} {{ {1.0: 'x'}[1] }} {{ {true: 'x'}[1] }}
# if
{% if n > 5 %}big{% elif n > 3 %}mid{% else %}small{% endif %}
{% if no %}a{% elif t %}b{% else %}c{% endif %}{% if no %}x{% endif %}
{% if undefinedname %}a{% else %}b{% endif %}
{% if n is defined and n %}{% if s %}in{% endif %}{% endif %}
{% if t: %}colon{% endif %}
# for
{% for i in l %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}
{% for i in [] %}x{% else %}none{% endfor %}
{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}
{% for i in l %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }} {% endfor %}
{% for i in l %}{{ loop.previtem is defined }}{{ loop.nextitem is undefined }} {% endfor %}
{% for i in l if i > 1 %}{{ i }}:{{ loop.index }}/{{ loop.length }} {% else %}-{% endfor %}
{% for i in l if i > 9 %}{{ i }}{% else %}none{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in d %}{{ k }}{% endfor %}
{% for a, b in [[1, 2], (3, 4)] %}{{ a }}-{{ b }} {% endfor %}
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
{% for c in 'aé世' %}[{{ c }}]{% endfor %}
{% for i in undefinedname %}x{% else %}empty{% endfor %}
{% for i in none %}x{% endfor %}
{% for i in 5 %}x{% endfor %}
{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in [1] %}{% break %}{% else %}else{% endfor %}
{% for i in [1] %}{% continue %}{% else %}else{% endfor %}
{% for i in [1, 2] %}{% if i == 2 %}{% break %}{% endif %}{% else %}else{% endfor %}
{% for i in [1, 2] %}{% for j in 'ab' %}{{ loop.depth }}{{ loop.depth0 }}{{ i }}{{ j }} {% endfor %}{{ loop.index }}{% endfor %}
{% for i in [1, 2] %}{% set outer = loop %}{% for j in 'ab' %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}
{% for i in l %}{{ loop.cycle('odd', 'even') }} {% endfor %}
{% for i in [1, 1, 2, 2, 1] %}{{ loop.changed(i) }} {% endfor %}
{% for i in (1, 2) %}{{ i }}{% endfor %}{% for i in 1, 2 %}{{ i }}{% endfor %}
{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}{% for i in range(0) %}x{% endfor %}{% for i in range(5, 2) %}x{% endfor %}
{% for u in users|selectattr('age', 'equalto', 30) %}{{ u.name }} {{ loop.length }}{% endfor %}
{% for u in users if u.tags is defined and u.tags %}{{ u.name }}{% endfor %}
{% for i in l %}{% endfor %}{{ i }}|{{ loop }}|
{% for _ in l %}{{ _ }}{% endfor %}
{% for i in range(100001) %}{% endfor %}
{% for x in users if x.age == 30 and loop is defined %}{{ x.name }}{% endfor %}
{% for i in (l if t else []) %}{{ i }}{% endfor %}
{% for i in l | sort %}{{ i }}{% endfor %}
{% for i in l + [9] %}{{ i }}{% endfor %}
{% for k, v in {'x': [1]}.items() %}{{ k }}{{ v[0] }}{% endfor %}
# set and scope
{% set x = 5 %}{{ x }}
{% set x = 1 %}{% for i in l %}{{ x }}{% set x = x + 1 %}{{ x }} {% endfor %}{{ x }}
{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}
{% for i in l %}{% set inner = i %}{% endfor %}{{ inner is defined }}
{% for i in l %}{% if loop.first %}{% set seen = 1 %}{% endif %}{{ seen is defined }} {% endfor %}
{% set ns = namespace(x=1) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}
{% set ns = namespace() %}{% set ns.a = 'v' %}{{ ns.a }}{{ ns.b is defined }}{{ ns['a'] }}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}
{% set ns = namespace(a=[]) %}{% set ns.a = ns.a + [1] %}{{ ns.a }}
{% set d.x = 1 %}
{% set undefinedname.x = 1 %}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set a, b = b, 1 %}{{ a }}{{ b }}
{% set (a, b) = [1, 2] %}{{ a + b }}
{% set t2 = 1, 2 %}{{ t2 }}
{% set x %}block {{ n }}{% endset %}{{ x }}|{{ x|length }}
{% set x | upper | trim %} block {% endset %}{{ x }}|
{% set x %}{% set y = 1 %}{% endset %}{{ y is defined }}
{% set n = n + 1 %}{{ n }}
{% set loop = 1 %}{{ loop }}
{% set s = s.replace('World', 'There') %}{{ s }}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}
{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}
{% set a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}
{% filter upper %}text {{ s }}{% endfilter %}
{% filter replace('a', 'b') | upper %}banana{% endfilter %}
{% set x = [] %}{{ x.append(1) }}
{% set x = d.update({'z': 1}) %}
{{ l.append is defined }} {{ d.pop is defined }} {{ l.index(1) }} {{ l.count(3) }} {{ s.upper is defined }}
{{ l.append }}|{{ l.sort() }}
{{ s.__class__ }}|{{ s.__class__.__name__ }}
{% print n, s %}
{% generation %}gen {{ n }}{% set zz = 1 %}{% endgeneration %}{{ zz is defined }}
# macros
{% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(1, c='z') }}{{ m(a=0, b=0) }}{{ m() }}
{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(1) }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=1) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=1) }}
{% macro m(x) %}[{{ x }}{{ caller() }}]{% endmacro %}{% call m('a') %}body {{ n }}{% endcall %}
{% macro m() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) m() %}{{ a }}+{{ b }}{% endcall %}
{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}
{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}
{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}
{% macro m(n) %}{{ n }}{% set n = 100 %}{{ n }}{% endmacro %}{{ m(1) }}{{ n }}
{% macro fact(k) %}{{ 1 if k <= 1 else k * (fact(k - 1) | int) }}{% endmacro %}{{ fact(5) }}
{% macro a() %}A{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}
{% macro m() %}{{ s }}{% for i in l %}{{ i }}{% endfor %}{% endmacro %}{{ m()|upper|length }}{{ m() ~ '!' }}
{% for i in l %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}
{% macro m() %} x {% endmacro %}[{{ m() }}][{{ m()|trim }}]{{ m is callable }}{{ m.name }}
{% macro m(a, b) %}{{ a }}{{ b is defined }}{% endmacro %}{{ m(b=1, a=2) }}
# whitespace
a {%- if t %} b {%- endif %} c
a {% if t -%} b {% endif -%} c
{{- ' x ' -}} y
a {{- n -}} b {{ n }} c
a {#- comment -#} b
text   {% if t %}x{% endif %}   more
{% raw %}{{ not }} {% if %}{% endraw %}
{% raw -%}  x  {%- endraw %} y
 {{ n }}{% if t %} {% endif %}{{ n }}
{{+ n }} {{ n+1 }}
# tests
{{ n is number }} {{ f is float }} {{ n is integer }} {{ t is integer }} {{ t is number }} {{ t is boolean }} {{ s is string }} {{ s is number }} {{ 1 is boolean }}
{{ d is mapping }} {{ l is mapping }} {{ l is iterable }} {{ s is iterable }} {{ n is iterable }} {{ d is iterable }} {{ nothing is iterable }} {{ undefinedname is iterable }}
{{ l is sequence }} {{ s is sequence }} {{ d is sequence }} {{ n is sequence }} {{ (1,) is sequence }} {{ range(2) is sequence }} {{ undefinedname is sequence }} {{ d.items() is sequence }}
{{ nothing is none }} {{ none is not none }} {{ undefinedname is none }} {{ undefinedname is undefined }} {{ nothing is defined }} {{ n is not defined }}
{{ 3 is odd }} {{ 4 is even }} {{ 3 is even }} {{ -3 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 2.0 is even }}
{{ n is eq 7 }} {{ n is equalto(7) }} {{ n is ne 7 }} {{ n is gt 5 }} {{ n is lt 5 }} {{ n is ge 7 }} {{ n is le 6 }} {{ n is sameas 7 }} {{ none is sameas none }} {{ n is greaterthan 3 }} {{ n is lessthan 3 }}
{{ n is in [7] }} {{ 'a' is in 'abc' }} {{ 'a' is lower }} {{ 'A' is upper }} {{ 'aB' is lower }} {{ '1' is lower }} {{ 'É' is upper }} {{ 'x' is filter }} {{ 'upper' is filter }} {{ 'odd' is test }}
{{ true is true }} {{ true is false }} {{ false is false }} {{ range is callable }} {{ n is callable }} {{ s.upper is callable }}
{{ n is defined and n is number }} {{ n is number or nope is defined }} {{ not n is string }} {{ n is not string }} {{ (n is string) == false }} {{ n is string == false }}
{{ 'a' is odd }}
{{ undefinedname is odd }}
{{ 'é' is string }} {{ [n is defined, q is defined] }} {{ 1 if n is defined else 2 }} {{ n + 1 is eq 8 }}
{{ 'a' is equalto 'a' }} {{ 'role' is in d }} {{ d is in [d] }} {{ n is divisibleby n }}
# filters
{{ padded|trim }}| {{ 'xxaxx'|trim('x') }} {{ s|upper }} {{ s|lower }} {{ 'hELLO wORLD foo-bar (baz)'|title }} {{ 'hELLO wORLD'|capitalize }} {{ n|upper }}
{{ l|length }} {{ s|length }} {{ d|length }} {{ undefinedname|length }} {{ l|count }} {{ ''|length }} {{ range(4)|length }} {{ d.items()|length }}
{{ n|length }}
{{ l|join }} {{ l|join(', ') }} {{ words|join('-') }} {{ users|join(',', attribute='name') }} {{ 'abc'|join('.') }} {{ []|join('x') }}| {{ [1, none, true, 2.0]|join(' ') }} {{ d|join(',') }} {{ undefinedname|join }}|
{{ undefinedname|default('x') }} {{ undefinedname|d }}| {{ empty|default('x') }}| {{ empty|default('x', true) }} {{ nothing|default('x') }} {{ none|default('x', boolean=true) }}
{{ undefinedname.x|default('y') }}
{{ d.missing|default('m') }} {{ 0|default(5, true) }} {{ d.missing|default(none) }} {{ undefinedname|default(default_value=3) }}
{{ l|first }} {{ l|last }} {{ s|first }} {{ s|last }} {{ []|first }}| {{ []|last is defined }} {{ d|first }} {{ 'é世'|last }} {{ range(5)|last }}
{{ l|list }} {{ 'abc'|list }} {{ d|list }} {{ (1, 2)|list }} {{ undefinedname|list }} {{ d.values()|list }}
{{ l|sort }} {{ words|sort }} {{ words|sort(case_sensitive=true) }} {{ l|sort(reverse=true) }} {{ users|sort(attribute='age')|map(attribute='name')|list }} {{ users|sort(attribute='age', reverse=true)|map(attribute='name')|join(',') }} {{ users|sort(attribute='age,name')|map(attribute='name')|join(',') }}
{{ [1, 'a']|sort }}
{{ l|reverse|list }} {{ s|reverse }} {{ (1, 2)|reverse|join }} {{ l|reverse|first }}
{{ words|map('upper')|list }} {{ users|map(attribute='name')|join(', ') }} {{ users|map(attribute='tags', default='-')|list }} {{ l|map('string')|join('+') }} {{ [[1, 2], [3]]|map('first')|list }} {{ l|map('default', 0)|list }} {{ nested|map(attribute=0)|list }} {{ ['a b']|map('replace', ' ', '_')|list }}
{{ l|select('odd')|list }} {{ l|reject('odd')|list }} {{ [0, 1, '', 'a', none]|select|list }} {{ [0, 1]|reject|list }} {{ l|select('gt', 1)|list }} {{ l|select('in', [1, 2])|list }} {{ ['a', 1]|select('string')|list }}
{{ users|selectattr('tags')|map(attribute='name')|list }} {{ users|rejectattr('tags')|map(attribute='name')|list }} {{ users|selectattr('age', 'gt', 26)|list|length }} {{ users|selectattr('tags', 'defined')|list|length }} {{ users|rejectattr('name', 'equalto', 'Bob')|map(attribute='name')|join }} {{ [{'a': {'b': 1}}, {'a': {'b': 2}}]|selectattr('a.b', 'eq', 2)|list }}
{{ (l|select('gt', 9)) is iterable }} {{ 1 if l|select('gt', 9) else 0 }} {{ l|select('gt', 9)|first is defined }}
{{ l|select('odd')|length }}
{% set g = l|map('string') %}{{ g|join }}{{ g|join }}|
{{ [1, 1, 2, 'a', 'A']|unique|list }} {{ ['a', 'A']|unique(case_sensitive=true)|list }} {{ users|unique(attribute='age')|map(attribute='name')|list }}
{{ s|replace('o', '0') }} {{ s|replace('o', '0', 1) }} {{ s|replace('', '-') }} {{ 'aaa'|replace('aa', 'b') }} {{ n|replace('7', 'seven') }} {{ s.replace('l', '') }} {{ 'abc'.replace('', '.', 2) }}
{{ 5|string + '5' }} {{ none|string }} {{ [1]|string }} {{ 1.50|string }} {{ true|string|length }}
{{ '42'|int }} {{ '4.7'|int }} {{ 'x'|int }} {{ 'x'|int(-1) }} {{ 3.9|int }} {{ -3.9|int }} {{ true|int }} {{ ' 7 '|int }} {{ '1_000'|int }} {{ none|int }} {{ '0x1A'|int(base=16) }} {{ '1A'|int(0, 16) }} {{ '101'|int(base=2) }} {{ ''|int }} {{ '1e3'|int }} {{ 'inf'|int(5) }}
{{ '2.5'|float }} {{ 'x'|float }} {{ 'x'|float(1.5) }} {{ 3|float }} {{ '1e3'|float }} {{ 'nan'|float }} {{ '-inf'|float }} {{ '.5'|float }} {{ '5.'|float }} {{ '1_0.5'|float }} {{ [1]|float }} {{ ' 1.5 '|float }} {{ '1e'|float }} {{ '0x10'|float(9.0) }}
{{ 2.5|round }} {{ 3.5|round }} {{ 42.55|round(1) }} {{ 42.55|round(1, 'floor') }} {{ 42.51|round(0, 'ceil') }} {{ 7|round }} {{ -2.5|round }} {{ 2.675|round(2) }} {{ 1234.5678|round(2) }} {{ 42|round(1, 'ceil') }} {{ 0.5|round|int }}
{{ neg|abs }} {{ -2.5|abs }} {{ true|abs }}
{{ 'a'|abs }}
{{ d|items|list }} {{ d|dictsort }} {{ {'b': 1, 'A': 3, 'c': 2}|dictsort(false, 'value') }} {{ {'b': 1, 'A': 3}|dictsort(case_sensitive=true) }} {{ {'b': 1, 'a': 3}|dictsort(reverse=true) }} {{ undefinedname|items|list }}
{{ l|items|list }}
{{ multi|indent }}| {{ multi|indent(2, true) }}| {{ multi|indent(width=2, first=false, blank=true) }}| {{ 'a\\nb'|indent('> ') }} {{ 'a\\n\\n'|indent }}|
{{ range(7)|batch(3)|list }} {{ range(4)|batch(3, 'x')|list }} {{ []|batch(2)|list }}
{{ l|sum }} {{ users|sum(attribute='age') }} {{ [1.5, 2]|sum }} {{ []|sum }} {{ l|sum(start=10) }} {{ l|min }} {{ l|max }} {{ words|min }} {{ words|max }} {{ []|min }}| {{ users|max(attribute='age') }}
{{ '<a href="x">&\\'</a>'|e }} {{ '<b>'|safe }} {{ 5|escape }}
{{ '%s-%d'|format('a', 5) }} {{ '%(x)s'|format(x=1) }} {{ 'plain'|format }}
{{ s|upper|lower|title }} {{ (s ~ '!')|upper }} {{ -1|abs }} {{ s ~ '!'|upper }} {{ 'a,b'|replace(',', ';')|upper }}
{{ l | map('int') | map('string') | map('upper') | join }} {{ words|map('lower')|unique|sort|join }}
{{ s|nofilter }}
{{ s is notest }}
{{ s|replace }}
{{ s|upper(1) }}
# tojson
{{ d|tojson }} {{ l|tojson }} {{ s|tojson }} {{ none|tojson }} {{ true|tojson }} {{ 1.0|tojson }} {{ n|tojson }} {{ []|tojson }} {{ {}|tojson }} {{ (1, 2)|tojson }}
{{ quotes|tojson }} {{ uni|tojson }} {{ '<b>&\\u2028\\x01\\x7f\\b\\f/'|tojson }} {{ uni|tojson(ensure_ascii=true) }}
{{ d|tojson(indent=2) }} {{ nested|tojson(indent=4) }} {{ []|tojson(indent=2) }} {{ {'a': {}}|tojson(indent=2) }} {{ [1]|tojson(indent=0) }} {{ [1]|tojson(indent='--') }} {{ [1, 2]|tojson(indent=none) }}
{{ d|tojson(sort_keys=true) }} {{ d|tojson(separators=(',', ':')) }} {{ d|tojson(indent=1, separators=(' ,', ' : ')) }} {{ {1: 2, 1.5: 3, none: 4, true: 5}|tojson }}
{{ 'inf'|float|tojson }} {{ 1e100|tojson }} {{ users|tojson }} {{ users|map('tojson')|join('\\n') }}
{{ undefinedname|tojson }}
{{ d.items()|tojson }}
{{ range(3)|tojson }}
{{ {(1, 2): 3}|tojson }}
{{ d|tojson(false, 2) }}
# string methods
{{ padded.strip() }}| {{ padded.lstrip() }}| {{ padded.rstrip() }}| {{ 'xxaxx'.strip('x') }} {{ 'abcba'.lstrip('ab') }} {{ 'abc'.rstrip('xyz') }} {{ ' a '.strip(none) }}
{{ csv.split(',') }} {{ 'a b  c'.split() }} {{ ' a b '.split(' ') }} {{ csv.split(',', 1) }} {{ ' a  b c '.split(none, 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ csv.rsplit(',', 1) }} {{ 'a  b c '.rsplit(none, 1) }} {{ 'aXXbXXc'.split('XX') }} {{ 'a,b'.split(sep=',', maxsplit=0) }}
{{ 'a'.split('') }}
{{ multi.splitlines() }} {{ multi.splitlines(true) }} {{ 'a\\r\\nb\\rc\\x0bd'.splitlines() }} {{ 'a\\r\\n'.splitlines(keepends=true) }} {{ ''.splitlines() }}
{{ s.startswith('Hello') }} {{ s.endswith('x') }} {{ s.startswith(('x', 'H')) }} {{ s.startswith('') }} {{ uni.endswith('\\u0301') }} {{ 'e\\u0301'.startswith('e') }}
{{ s.startswith(1) }}
{{ s.upper() }} {{ s.lower() }} {{ 'hello wORLD-foo it\\'s 3rd'.title() }} {{ 'hELLO'.capitalize() }} {{ 'straße ﬁ'.upper() }} {{ 'İ'.lower()|length }} {{ ''.capitalize() }}|
{{ s.find('o') }} {{ s.rfind('o') }} {{ s.find('zz') }} {{ uni.find('界') }} {{ s.count('l') }} {{ s.count('') }} {{ 'aaaa'.count('aa') }} {{ s.index('W') }} {{ s.find('') }} {{ s.rfind('') }} {{ 'abab'.rfind('ab') }}
{{ s.index('zz') }}
{{ ','.join(words) }} {{ ''.join(['a']) }} {{ '-'.join('abc') }} {{ ', '.join(d) }}
{{ ','.join(l) }}
{{ '5'.isdigit() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ 'a1'.isalnum() }} {{ 'aé'.isalpha() }} {{ ''.isdigit() }} {{ ' \\t'.isspace() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }} {{ '½'.isalnum() }}
{{ 'prefix-x'.removeprefix('prefix-') }} {{ 'a.txt'.removesuffix('.txt') }} {{ 'abc'.removeprefix('z') }} {{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }} {{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('x') }} {{ 'abc'.rpartition('x') }}
{{ '{} {}'.format(1, 'a') }} {{ '{0}{1}{0}'.format('x', 'y') }} {{ '{a}-{b}'.format(a=1, b=2) }} {{ '{{}}{}'.format(5) }}
{{ '{} {}'.format(1) }}
{{ 'a' .upper() }} {{ 'abc'.upper().lower().title() }} {{ s.split()[-1].strip('d')|length }} {{ s.split(' ')|first|lower }}
{{ s.nomethod() }}
{{ n.upper() }}
{{ none.strip() }}
{{ undefinedname.strip() }}
{{ undefinedname() }}
{{ s() }}
{{ 'x'.strip(1) }}
# dict methods and functions
{{ d.keys()|list }} {{ d.values()|list }} {{ d.items()|list }} {{ d.get('a') }} {{ d.get('q', 'dflt') }} {{ d.copy() == d }} {{ 'a' in d.keys() }} {{ 1 in d.values() }}
{{ d.get([1]) }}
{{ dict(a=1, b='x') }} {{ dict([('a', 1), ['b', 2]]) }} {{ dict(d, b=5) }} {{ dict() }} {{ dict({'a': 1}).a }}
{{ range(2, 8, 3)|list }} {{ range(3)[1] }} {{ range(-2)|list }} {{ range(0, 3)|length }} {{ range(3, 0, -1)|join }}
{{ range('a') }}
{{ range(1, 2, 0) }}
{{ range(200000)|length }}
{{ raise_exception('stop ' ~ n) }}
{% if no %}{{ raise_exception('never') }}{% endif %}fine
{{ strftime_now('%Y-%m-%d %H:%M:%S') }} {{ strftime_now('%d %b %Y, %B %A %a %j %I %p %y %-d %-m %e %% %F %T %D %R %u %w') }}
{{ strftime_now is defined }} {{ range is defined }} {{ namespace is defined }} {{ raise_exception is defined }}
# syntax errors
{{ 1 + }}
{% if %}x{% endif %}
{% for i in %}{% endfor %}
{% if t %}
{% endfor %}
{{ n
{% if t %}x{% endfor %}
{{ (1 }}
{{ 1) }}
{{ [1 }}
{{ 'a }}
{# never closed
{% raw %}x
{% unknown %}
{% break %}
{{ a b }}
{{ 1 = 2 }}
{% set 1 = 2 %}
{% set true = 2 %}
{% for loop in l %}{% endfor %}
{% macro m(a=1, b) %}{% endmacro %}
{{ n is }}
{{ n| }}
{{ $ }}
{{ n is string is string }}
{{ m(a=1, 2) }}
{% else %}
{{ }}
{% %}
{{ {'a' 1} }}
{% for i in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{{ not }}
{{ 1 not 2 }}
{{ 012 }}
{{ 1.2.3 }}
{{ 'a' 'b }}
{{ '\\x4' }}
"""


def parse_blocks(text):
    """Each line is a snippet; lines that begin with "# " are headings."""
    snippets = []
    for line in text.strip("\n").split("\n"):
        if not line.startswith("# "):
            snippets.append(line)
    return snippets


# Snippets that need several lines.
MULTILINE = [
    "{{ 'multi\nline' }}",
    "{{ 'a\\\nb' }}",
    "line1\n{% if t %}\nline2\n{% endif %}\nline3\n",
    "  {% if t %}\n  indented\n  {% endif %}\nend\n\n",
    "x\n  {%+ if t %}\n  kept\n  {%+ endif %}\nend",
    "{% if t +%}\nx\n{% endif %}\ny",
    "a\n{# comment #}\nb",
    "a\n  {# comment #}  \nb",
    "a {# multi\nline #} b",
    "a {#- multi\nline -#}\n\n b",
    "a\n  {#+ kept #}\nb\n  {# x +#}\nc",
    "{% raw -%}\n  x {{ y }}\n  {%- endraw %}\n y",
    "a\n  {% raw %}\n b {% if %}\n  {% endraw %}\nc",
    "a\n{%- raw %}\n b {% endraw +%}\nc",
    "{% for i in l %}\n- {{ i }}\n{% endfor %}\ndone\n",
    "{% for i in l -%}\n  {{ i }}\n{%- endfor %}\n",
    "\t{% set q = 1 %}\n\ttab\n",
    "x {% set q = 1 %}\n\ny",
    "{{ n }}\n\n{{ n }}\n",
    "{%- set q = 1 -%}\n\n{{- n }}",
    "a\n   {{ n }}\n   {{- n }}\n{{ n -}}\n   b",
    "a\r\n{% if t %}\r\nb\r{% endif %}\r\nc\r\n",
    "text  \n  {%- if t %}\n x\n {%- endif -%}\n  \n y",
    "{% if t %}\n\n\nx{% endif %}\n\n",
    "\n\n{% if t %}x{% endif %}",
    "   {% if t %}a{% endif %}   {% if t %}b{% endif %}   ",
    "{% if t %}   {% if t %}c{% endif %}\n   {% endif %}d",
    "{% set x %}\n  block\n{% endset %}[{{ x }}]",
    "{% macro m() %}\n  body\n{% endmacro %}\n[{{ m() }}]",
    "{{ {\n 'a': 1,\n 'b': [1,\n 2]\n} }}",
    "{{ '}}' }}{{ '%}' }}{% if '%}' %}x{% endif %}",
    "{{ {'a': {'b': 1}}}}",
    "{ { } } {a} %} }} #} {",
    "{{ n\n  |\n string }}",
    "{{ n #}}",
    "",
    "\n",
    "plain",
    "  \n\n",
    "line\n\u2028{% if t %}x{% endif %}",
    "\u00a0\u3000{% if t %}x{% endif %}\u00a0{%- if t %}y{% endif %}",
    "{% for i in range(3) %}{% for j in range(3) %}{% if j == 1 %}{% continue %}{% endif %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}{% endfor %}",
    "{% set ns = namespace(found=false) %}{% for u in users %}{% if u.age == 25 %}{% set ns.found = u.name %}{% break %}{% endif %}{% endfor %}{{ ns.found }}",
    "{% set out = [] %}{% for i in l %}{% set out = out + [i] %}{% endfor %}{{ out }}",
    "{% macro show(x, depth=0) %}{% if x is mapping %}{% for k, v in x.items() %}{{ '  ' * depth }}{{ k }}:\n{{ show(v, depth + 1) }}{% endfor %}{% elif x is iterable and x is not string %}{% for v in x %}{{ show(v, depth + 1) }}{% endfor %}{% else %}{{ '  ' * depth }}{{ x }}\n{% endif %}{% endmacro %}{{ show({'a': [1, {'b': 'c'}], 'd': none}) }}",
    "{%- for u in users %}{{ u.name ~ (', ' if not loop.last else '.') }}{% endfor -%}",
    "{% set a = 1 %}{% for i in [1] %}{% set a = 2 %}{% if t %}{% set a = 3 %}{% endif %}{{ a }}{% endfor %}{{ a }}",
    "{% macro outer() %}{% macro inner() %}in{{ n }}{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}{{ inner is defined }}",
    "{% set messages = users %}{% if messages[0].name == 'Zoe' %}{% set messages = messages[1:] %}{% endif %}{{ messages|length }}",
    "{% set f = namespace(m=none) %}{% macro m(x) %}<{{ x }}>{% endmacro %}{% set f.m = m %}{{ f.m('y') }}",
    "{{ users|map(attribute='name')|map('lower')|select('in', ['bob', 'zoe'])|sort|join(' & ') }}",
    "{% for i in l %}{% set x %}{{ i }}{% if i == 1 %}{% break %}{% endif %}{% endset %}{{ x }}{% endfor %}",
    "{% generation %}{% for i in l %}{{ i }}{% endfor %}{% endgeneration %}",
    "{% for i in l %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
    "{% if t %}\n{% endif %}",
    "{% if t %}x{% endfor %}",
]

SNIPPETS = list(dict.fromkeys(parse_blocks(BLOCKS) + MULTILINE))
