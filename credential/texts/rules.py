"""The rules' sentences for the clerk: what is true when a row passes."""

from __future__ import annotations

from collections.abc import Mapping

from credential.texts.words import Word

RULES: Mapping[int, Word] = {
    1: ("出示的凭证格式完整", "What was shown is well-formed"),
    2: ("证照类型已登记", "The certificate type is registered"),
    3: ("发证机关已登记", "The issuer is registered"),
    4: ("发证机关的签名属实", "The issuer signed it"),
    5: ("签发时密钥有效", "The key was in force when the batch was anchored"),
    6: ("签发时有权签发此类证照", "The issuer was accredited for the type when the batch was anchored"),
    7: ("本窗口的数据够新", "The facts are fresh enough"),
    8: ("凭证已存证", "The credential is anchored"),
    9: ("出示的内容与签发时一致", "The disclosures match what was signed"),
    10: ("在有效期内", "The time lies within the validity dates"),
    11: ("证照状态有效", "The status was valid"),
    12: ("本省认可签发地的此类证照", "The issuing region was recognised here for this type"),
    13: ("出示人符合凭证的要求", "Whoever shows it is bound to it as the credential demands"),
    14: ("没有代他人办理", "Nobody acts for another"),
}
