import django.db.models.deletion
import modelcluster.contrib.taggit
import modelcluster.fields
import wagtail.contrib.routable_page.models
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clinic', '0001_initial'),
        ('treatments', '0001_initial'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='BlogCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='slug')),
                ('latest_revision', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision')),
            ],
            options={
                'verbose_name': 'category',
                'verbose_name_plural': 'categories',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='BlogPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('listing_summary', models.TextField(blank=True, help_text='One or two sentences for cards and lists. Leave it blank to use the search description.', max_length=300, verbose_name='summary for lists')),
                ('noindex', models.BooleanField(default=False, help_text='Asks search engines not to list this page, and removes it from the sitemap.', verbose_name='hide from search engines')),
                ('date', models.DateField(blank=True, help_text='Leave it blank for the day it first goes live. Type a date for an article that appeared elsewhere before.', null=True, verbose_name='date that readers see')),
                ('intro', models.TextField(blank=True, max_length=500, verbose_name='introduction')),
                ('body', wagtail.fields.StreamField([('text', 0), ('picture', 3), ('questions', 9), ('call_out', 13), ('steps', 18), ('price_table', 26), ('treatment_prices', 31), ('call_to_action', 36), ('quote', 38), ('why_choose_us', 40), ('people', 43), ('video', 47), ('gallery', 49), ('table', 55), ('map', 58)], blank=True, block_lookup={0: ('clinic.pages.blocks.TextBlock', (), {'features': ['h2', 'h3', 'h4', 'bold', 'italic', 'ol', 'ul', 'link', 'document-link', 'superscript', 'hr']}), 1: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Picture'}), 2: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'max_length': 200, 'required': False}), 3: ('wagtail.blocks.StructBlock', [[('image', 1), ('caption', 2)]], {}), 4: ('wagtail.blocks.CharBlock', (), {'label': 'Heading', 'max_length': 120, 'required': False}), 5: ('wagtail.blocks.CharBlock', (), {'label': 'Question', 'max_length': 200}), 6: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ol', 'ul', 'link'], 'label': 'Answer'}), 7: ('wagtail.blocks.StructBlock', [[('question', 5), ('answer', 6)]], {}), 8: ('wagtail.blocks.ListBlock', (7,), {'label': 'Questions', 'min_num': 1}), 9: ('wagtail.blocks.StructBlock', [[('heading', 4), ('questions', 8)]], {}), 10: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('note', 'Good to know'), ('caution', 'Caution')], 'label': 'Kind'}), 11: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 120}), 12: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ol', 'ul', 'link'], 'label': 'Text'}), 13: ('wagtail.blocks.StructBlock', [[('kind', 10), ('title', 11), ('text', 12)]], {}), 14: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 80}), 15: ('wagtail.blocks.TextBlock', (), {'label': 'Text', 'max_length': 400}), 16: ('wagtail.blocks.StructBlock', [[('title', 14), ('text', 15)]], {}), 17: ('wagtail.blocks.ListBlock', (16,), {'label': 'Steps', 'min_num': 2}), 18: ('wagtail.blocks.StructBlock', [[('heading', 4), ('steps', 17)]], {}), 19: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'max_length': 120}), 20: ('wagtail.blocks.CharBlock', (), {'label': 'What', 'max_length': 120}), 21: ('wagtail.blocks.CharBlock', (), {'label': 'Price', 'max_length': 60}), 22: ('wagtail.blocks.CharBlock', (), {'label': 'Note', 'max_length': 160, 'required': False}), 23: ('wagtail.blocks.StructBlock', [[('name', 20), ('price', 21), ('note', 22)]], {}), 24: ('wagtail.blocks.ListBlock', (23,), {'label': 'Prices', 'min_num': 1}), 25: ('wagtail.blocks.CharBlock', (), {'label': 'Fine print', 'max_length': 300, 'required': False}), 26: ('wagtail.blocks.StructBlock', [[('caption', 19), ('rows', 24), ('footnote', 25)]], {}), 27: ('wagtail.blocks.CharBlock', (), {'help_text': 'The names of the areas when empty.', 'label': 'Heading', 'max_length': 120, 'required': False}), 28: ('wagtail.snippets.blocks.SnippetChooserBlock', ('treatments.AreaOfConcern',), {'label': 'Area of concern', 'required': False}), 29: ('wagtail.blocks.PageChooserBlock', (), {'label': 'Treatment', 'page_type': ['treatments.TreatmentPage']}), 30: ('wagtail.blocks.ListBlock', (29,), {'default': [], 'help_text': 'Leave the area and this list empty to show all treatments, by area.', 'label': 'Treatments'}), 31: ('wagtail.blocks.StructBlock', [[('heading', 27), ('area', 28), ('treatments', 30), ('footnote', 25)]], {}), 32: ('wagtail.blocks.CharBlock', (), {'label': 'Heading', 'max_length': 120}), 33: ('wagtail.blocks.TextBlock', (), {'label': 'Text', 'max_length': 300, 'required': False}), 34: ('wagtail.blocks.CharBlock', (), {'default': 'Ask for a free consultation', 'label': 'Button', 'max_length': 40}), 35: ('wagtail.blocks.PageChooserBlock', (), {'help_text': 'Where the button goes. Leave empty for the consultation form.', 'label': 'Page', 'required': False}), 36: ('wagtail.blocks.StructBlock', [[('heading', 32), ('text', 33), ('button', 34), ('page', 35)]], {}), 37: ('wagtail.snippets.blocks.SnippetChooserBlock', ('clinic.Testimonial',), {'label': 'Testimonial'}), 38: ('wagtail.blocks.StructBlock', [[('testimonial', 37)]], {}), 39: ('wagtail.snippets.blocks.SnippetChooserBlock', ('clinic.WhyChooseUs',), {'label': 'Why choose us'}), 40: ('wagtail.blocks.StructBlock', [[('why_us', 39)]], {}), 41: ('wagtail.snippets.blocks.SnippetChooserBlock', ('clinic.Person',), {'label': 'Person'}), 42: ('wagtail.blocks.ListBlock', (41,), {'label': 'People', 'min_num': 1}), 43: ('wagtail.blocks.StructBlock', [[('heading', 4), ('people', 42)]], {}), 44: ('wagtail.blocks.CharBlock', (), {'help_text': 'Open the video on YouTube or Vimeo and copy its address. A start time in it is kept.', 'label': 'Address', 'max_length': 500, 'search_index': False}), 45: ('wagtail.images.blocks.ImageChooserBlock', (), {'help_text': 'Shown until a visitor clicks. It is decorative: the title says what the video is.', 'label': 'Picture'}), 46: ('wagtail.blocks.CharBlock', (), {'help_text': 'For example “2 minutes”.', 'label': 'Length', 'max_length': 30, 'required': False}), 47: ('wagtail.blocks.StructBlock', [[('address', 44), ('poster', 45), ('title', 11), ('length', 46)]], {}), 48: ('wagtail.blocks.ListBlock', (3,), {'label': 'Pictures', 'max_num': 24, 'min_num': 2}), 49: ('wagtail.blocks.StructBlock', [[('heading', 4), ('pictures', 48)]], {}), 50: ('wagtail.blocks.CharBlock', (), {'label': 'Text', 'required': False}), 51: ('wagtail.blocks.CharBlock', (), {'help_text': 'Aligned right: amounts, prices, “2–3 days”.', 'label': 'Number', 'required': False}), 52: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ol', 'ul', 'link'], 'label': 'Text with links and lists', 'required': False}), 53: ('wagtail.contrib.typed_table_block.blocks.TypedTableBlock', [[('text', 50), ('number', 51), ('rich_text', 52)]], {'label': 'Table'}), 54: ('wagtail.blocks.BooleanBlock', (), {'default': True, 'help_text': 'Screen readers read it before each cell of its row.', 'label': 'The first column names the rows', 'required': False}), 55: ('wagtail.blocks.StructBlock', [[('table', 53), ('has_row_headers', 54)]], {}), 56: ('wagtail.images.blocks.ImageBlock', [], {'help_text': "A map or a photo of the entrance. Without one, the site draws the clinic's street.", 'label': 'Picture'}), 57: ('wagtail.blocks.CharBlock', (), {'help_text': 'For example “Opposite the library”.', 'label': 'Caption', 'max_length': 200, 'required': False}), 58: ('wagtail.blocks.StructBlock', [[('heading', 4), ('image', 56), ('caption', 57)]], {})}, verbose_name='content')),
                ('sources', wagtail.fields.RichTextField(blank=True, verbose_name='sources')),
                ('legacy_key', models.CharField(blank=True, db_index=True, editable=False, max_length=64)),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='articles', to='clinic.person', verbose_name='author')),
                ('categories', modelcluster.fields.ParentalManyToManyField(blank=True, related_name='pages', to='blog.blogcategory', verbose_name='categories')),
                ('keywords', modelcluster.contrib.taggit.ClusterTaggableManager(blank=True, help_text='Phrases people search for. Used for planning and reports, and never shown on the page.', through='clinic.PageKeyword', to='clinic.Keyword', verbose_name='keywords')),
                ('listing_image', models.ForeignKey(blank=True, help_text='Shown on cards, where it is decorative: the title is next to it. Articles, treatments, contact and standard pages also show it at the top, with its alt text.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.clinicimage', verbose_name='picture')),
                ('social_image', models.ForeignKey(blank=True, help_text="Shown when the page is shared. Leave it blank to use the page's picture.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.clinicimage', verbose_name='picture for sharing')),
            ],
            options={
                'verbose_name': 'article',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='BlogPagePick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='blog.blogpage')),
                ('page', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='picked_articles', to='blog.blogpage')),
            ],
            options={
                'verbose_name': 'picked article',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BlogPageTreatment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('page', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='related_treatments', to='blog.blogpage')),
                ('treatment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='article_links', to='treatments.treatmentpage')),
            ],
            options={
                'verbose_name': 'treatment of an article',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BlogIndexPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('listing_summary', models.TextField(blank=True, help_text='One or two sentences for cards and lists. Leave it blank to use the search description.', max_length=300, verbose_name='summary for lists')),
                ('noindex', models.BooleanField(default=False, help_text='Asks search engines not to list this page, and removes it from the sitemap.', verbose_name='hide from search engines')),
                ('introduction', models.TextField(blank=True, max_length=400, verbose_name='introduction')),
                ('articles_per_page', models.PositiveSmallIntegerField(default=9, verbose_name='articles per page')),
                ('keywords', modelcluster.contrib.taggit.ClusterTaggableManager(blank=True, help_text='Phrases people search for. Used for planning and reports, and never shown on the page.', through='clinic.PageKeyword', to='clinic.Keyword', verbose_name='keywords')),
                ('listing_image', models.ForeignKey(blank=True, help_text='Shown on cards, where it is decorative: the title is next to it. Articles, treatments, contact and standard pages also show it at the top, with its alt text.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.clinicimage', verbose_name='picture')),
                ('social_image', models.ForeignKey(blank=True, help_text="Shown when the page is shared. Leave it blank to use the page's picture.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clinic.clinicimage', verbose_name='picture for sharing')),
            ],
            options={
                'verbose_name': 'blog index',
                'constraints': [models.CheckConstraint(condition=models.Q(('articles_per_page__gte', 1)), name='blog_index_shows_articles', violation_error_message='Show at least one article per page.')],
            },
            bases=(wagtail.contrib.routable_page.models.RoutablePageMixin, 'wagtailcore.page'),
        ),
        migrations.AddIndex(
            model_name='blogpage',
            index=models.Index(fields=['-date', '-page_ptr'], name='blog_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='blogpagepick',
            constraint=models.UniqueConstraint(fields=('page', 'article'), name='blog_pick_once'),
        ),
        migrations.AddConstraint(
            model_name='blogpagetreatment',
            constraint=models.UniqueConstraint(fields=('page', 'treatment'), name='blog_treatment_once'),
        ),
    ]
