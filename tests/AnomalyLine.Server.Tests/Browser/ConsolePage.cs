using System.Text.Json;
using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>A page of the console in a browser, for three minutes at most; what its scripts complain of is kept.</summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    private static readonly string s_axe = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
    private View _view;

    public ConsolePage(IPage page, View view)
    {
        (Page, _view) = (page, view);

        // Not every call of the driver has a limit; all of them fail once the page is closed, and say where the test was.
        _limit.Token.Register(() => _ = page.CloseAsync());
        _limit.CancelAfter(s_longest);
        page.PageError += (_, error) => Errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("404", StringComparison.Ordinal)) Errors.Add(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Errors of the page's scripts.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Goes to an address and waits until the page answers to what people do.</summary>
    public async Task GoAsync(string address)
    {
        await Page.GotoAsync(address, new() { WaitUntil = WaitUntilState.Load });
        await UntilAliveAsync();
    }

    /// <summary>Signs in on the page for it.</summary>
    public async Task SignInAsync(string user, string password)
    {
        await Page.GetByLabel("Name").FillAsync(user);
        await Page.GetByLabel("Password").FillAsync(password);
        await Button("Sign in").ClickAsync();
        await UntilAliveAsync();
    }

    /// <summary>Until all that the server keeps alive is connected; at once where a page has nothing of the kind.</summary>
    public async Task UntilAliveAsync() => await Page.WaitForFunctionAsync(
        "() => !document.querySelector('[data-live=no]') && [...document.images].every(i => i.complete || i.loading === 'lazy')", null, new() { Timeout = 15_000 });

    /// <summary>Presses a key that leads to another page; again where the browser dropped it, as it does while it is busy with something else.</summary>
    public async Task PressUntilAsync(string key, string address)
    {
        for (var presses = 1; ; presses++)
        {
            try
            {
                // These two have no limit of their own, and a page that goes elsewhere meanwhile may never answer them.
                await Page.BringToFrontAsync().WaitAsync(s_patience, TestServer.Cancel);
                await Page.Keyboard.PressAsync(key).WaitAsync(s_patience, TestServer.Cancel);

                // As soon as the page has the address: pressed again once it is shown, the key would lead on.
                await Page.WaitForURLAsync(address, new() { Timeout = 10_000, WaitUntil = WaitUntilState.Commit });
                return;
            }
            catch (TimeoutException) when (presses < 3)
            {
                // Pressed again.
            }
        }
    }

    /// <summary>Looks at the same page in another way.</summary>
    public async Task LookAsync(View view)
    {
        _view = view;
        await Page.SetViewportSizeAsync(view.Width, view.Height);
        await Page.EmulateMediaAsync(new() { ColorScheme = view.Scheme });
    }

    public ILocator Locator(string selector) => Page.Locator(selector);

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name });

    /// <summary>Until something is there and can be seen.</summary>
    public static Task SeesAsync(ILocator locator) => Assertions.Expect(locator).ToBeVisibleAsync(new() { Timeout = 20_000 });

    /// <summary>Until an element says something.</summary>
    public static Task SaysAsync(ILocator locator, string text) => Assertions.Expect(locator).ToContainTextAsync(text, new() { Timeout = 20_000 });

    /// <summary>Keeps how it looks, the whole page, under artifacts/screenshots of the checkout.</summary>
    public async Task KeepAsync(string name) => await Page.ScreenshotAsync(new() { Path = Checkout.PathOf("artifacts", "screenshots", $"{name}-{_view.Name}.png"), FullPage = true });

    /// <summary>Serious and critical violations that axe finds, each with the elements; and what is wider than the page.</summary>
    public async Task<IReadOnlyList<string>> FindFaultsAsync()
    {
        await Page.EvaluateAsync(s_axe);
        var found = await Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const result = await axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
              const faults = result.violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => `${v.id} (${v.impact}): ${v.help}\n` + v.nodes.slice(0, 4).map(n => `    ${n.target.join(' ')}: ${n.failureSummary?.split('\n').slice(1, 2).join(' ')}`).join('\n'));
              if (document.documentElement.scrollWidth > innerWidth + 1) faults.push(`the page is ${document.documentElement.scrollWidth} pixels wide, the window ${innerWidth}: `
                + [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map(e => e.tagName + '.' + e.className).join(', '));
              return faults;
            }
            """);
        return [.. found.EnumerateArray().Select(fault => fault.GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        _limit.Dispose();
        try
        {
            await Page.Context.CloseAsync().WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            // The driver at times never hears that a page was closed on its way to another one; the browser ends with the tests.
            TestContext.Current.SendDiagnosticMessage("The browser did not close {0} within {1}.", Page.Url, s_patience);
        }
    }
}
