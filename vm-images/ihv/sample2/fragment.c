// SPDX-License-Identifier: GPL-2.0-or-later
#define COBJMACROS
#include "fragment.h"

#include <msxml2.h>
#include <oleauto.h>

#define FRAGMENT_MAX 8192 /* characters; profiles come from outside */

/* DOMDocument of MSXML 6.0 */
static const CLSID DOM_DOCUMENT_6 = {
    0x88d96a05, 0xf192, 0x11d4, {0xa6, 0x5f, 0x00, 0x40, 0x96, 0x32, 0x51, 0xe5}};

/* Whether a node is an element of this name, whatever its namespace. */
static bool is_element(IXMLDOMNode *node, const WCHAR *name)
{
    DOMNodeType type;
    BSTR base = NULL;
    bool is = IXMLDOMNode_get_nodeType(node, &type) == S_OK && type == NODE_ELEMENT &&
              IXMLDOMNode_get_baseName(node, &base) == S_OK && wcscmp(base, name) == 0;
    SysFreeString(base);
    return is;
}

static bool take_defect(IXMLDOMNode *node, Settings *settings)
{
    BSTR text = NULL;
    if (settings->defect == DEFECT_NONE && IXMLDOMNode_get_text(node, &text) == S_OK)
        settings->defect = defect_named(text);
    SysFreeString(text);
    return settings->defect != DEFECT_NONE;
}

/* Every child must be one we know; how often each of the two kinds of network is named is counted. */
static bool read_children(IXMLDOMNode *parent, Settings *settings)
{
    unsigned asked = 0, open = 0;
    bool known = true;
    IXMLDOMNode *node = NULL, *next;
    HRESULT found = IXMLDOMNode_get_firstChild(parent, &node);
    while (known && found == S_OK) {
        if (is_element(node, L"AskUser"))
            asked++;
        else if (is_element(node, L"Open"))
            open++;
        else
            known = is_element(node, L"Defect") && take_defect(node, settings);
        next = NULL;
        found = IXMLDOMNode_get_nextSibling(node, &next);
        IXMLDOMNode_Release(node);
        node = next;
    }
    if (node != NULL)
        IXMLDOMNode_Release(node);
    settings->open = open == 1;
    return known && asked + open == 1;
}

/* MSXML refuses document types by itself; Wine's does not. */
static bool has_document_type(IXMLDOMDocument *document)
{
    IXMLDOMDocumentType *type = NULL;
    bool has = IXMLDOMDocument_get_doctype(document, &type) != S_FALSE;
    if (type != NULL)
        IXMLDOMDocumentType_Release(type);
    return has;
}

static bool read_document(IXMLDOMDocument *document, const WCHAR *text, Settings *settings)
{
    VARIANT_BOOL loaded = VARIANT_FALSE;
    IXMLDOMElement *root = NULL;
    BSTR xml = SysAllocString(text);
    IXMLDOMDocument_put_async(document, VARIANT_FALSE);
    IXMLDOMDocument_put_validateOnParse(document, VARIANT_FALSE);
    IXMLDOMDocument_put_resolveExternals(document, VARIANT_FALSE);
    bool valid = xml != NULL && IXMLDOMDocument_loadXML(document, xml, &loaded) == S_OK &&
                 loaded == VARIANT_TRUE && !has_document_type(document) &&
                 IXMLDOMDocument_get_documentElement(document, &root) == S_OK &&
                 is_element((IXMLDOMNode *)root, L"IhvSecurity") &&
                 read_children((IXMLDOMNode *)root, settings);
    if (root != NULL)
        IXMLDOMElement_Release(root);
    SysFreeString(xml);
    return valid;
}

bool fragment_read(const WCHAR *text, Settings *settings)
{
    IXMLDOMDocument *document = NULL;
    settings->open = false;
    settings->defect = DEFECT_NONE;
    if (text == NULL || wcsnlen(text, FRAGMENT_MAX) == FRAGMENT_MAX)
        return false;
    /* The thread is the OS's: it may be in an apartment already, even in one of the other kind. */
    HRESULT entered = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    bool valid = CoCreateInstance(&DOM_DOCUMENT_6, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IXMLDOMDocument, (void **)&document) == S_OK &&
                 read_document(document, text, settings);
    if (document != NULL)
        IXMLDOMDocument_Release(document);
    if (SUCCEEDED(entered))
        CoUninitialize();
    return valid;
}
