using MailBackup.Help.Markdown;

namespace MailBackup.Help.Pages;

/// <summary>
/// Reads a page of the fixed form: the name and the synopsis, then Description, Examples, Parameters, Inputs, Outputs, Notes, Errors, Links. Syntax
/// is not in it, nor -WhatIf and -Confirm: they come from the cmdlet.
/// </summary>
internal sealed class CmdletPageReader(string file, Problems problems)
{
    private const string DefaultMark = "Default: ";
    private readonly CmdletPage _page = new(file);
    private string _section = "";

    public CmdletPage Read()
    {
        foreach (var block in BlockReader.Read(file))
        {
            CheckLinks(block);
            switch (block)
            {
                case { Kind: BlockKind.Heading, Level: 1 }:
                    _page.Name = block.Text;
                    break;
                case { Kind: BlockKind.Heading, Level: 2 }:
                    _section = block.Text;
                    if (_section == "Errors")
                    {
                        _page.Notes.Add(new Block(BlockKind.Paragraph, block.Line, "Errors by their ids:"));
                    }

                    break;
                case { Kind: BlockKind.Heading }:
                    Begin(block);
                    break;
                default:
                    Add(block);
                    break;
            }
        }

        return _page;
    }

    private void Begin(Block heading)
    {
        switch (_section)
        {
            case "Examples":
                _page.Examples.Add(new Example(heading.Text, heading.Line));
                break;
            case "Parameters":
                _page.Parameters.Add(new ParameterText(heading.Text.TrimStart('-'), heading.Line));
                break;
            case "Inputs":
                _page.Inputs.Add(new TypeText(heading.Text));
                break;
            case "Outputs":
                _page.Outputs.Add(new TypeText(heading.Text));
                break;
            default:
                problems.Add(file, heading.Line, $"{(_section.Length > 0 ? _section : "The synopsis")} has no headings of its own.");
                break;
        }
    }

    private void Add(Block block)
    {
        switch (_section)
        {
            case "":
                _page.Synopsis.Add(block);
                break;
            case "Description":
                _page.Description.Add(block);
                break;
            case "Examples" when _page.Examples is [.., var example]:
                (block.Kind == BlockKind.Code ? example.Code : example.Remarks).Add(block);
                break;
            case "Parameters" when _page.Parameters is [.., var parameter]:
                AddParameter(parameter, block);
                break;
            case "Inputs" when _page.Inputs is [.., var input]:
                input.Text.Add(block);
                break;
            case "Outputs" when _page.Outputs is [.., var output]:
                output.Text.Add(block);
                break;
            case "Notes" or "Errors":
                _page.Notes.Add(block);
                break;
            case "Links" when block.Kind == BlockKind.ListItem:
                _page.Links.AddRange(InlineText.Links(block.Text));
                break;
            default:
                problems.Add(file, block.Line, $"This belongs to no part of the page ({_section}).");
                break;
        }
    }

    private static void AddParameter(ParameterText parameter, Block block)
    {
        if (block.Text.StartsWith(DefaultMark, StringComparison.Ordinal))
        {
            parameter.Default = InlineText.Plain(block.Text[DefaultMark.Length..]).TrimEnd('.');
            return;
        }

        parameter.Text.Add(block);
    }

    private void CheckLinks(Block block)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        foreach (var (_, target) in block.Kind == BlockKind.Code ? [] : InlineText.Links(block.Text))
        {
            if (!target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target.Split('#')[0])))
            {
                problems.Add(file, block.Line, $"{target} is not there.");
            }
        }
    }
}
